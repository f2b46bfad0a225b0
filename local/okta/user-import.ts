import { readPage } from './page.ts'
import { linkOf } from '../entra/job-state.ts'
import { isProvisioned, noteFailure } from './push-context.ts'
import type { PushContext } from './push-context.ts'

const PAGE_SIZE = 100

/**
 * Reads all accounts of the target, page by page, and links those whose user name belongs to somebody provisioned. They
 * are compared and changed afterwards like any other.
 */
export async function importUsers(push: PushContext): Promise<void> {
  const waiting = unlinkedByName(push)
  let next = 1
  for (let total = 1; next <= total;) {
    const query = { startIndex: String(next), count: String(PAGE_SIZE) }
    const page = readPage(
      await push.client.send({ kind: 'import users', method: 'GET', path: '/Users', query }),
    )
    if (!page.ok) return noteFailure(push, { objectId: '', name: 'import', call: 'import users' }, page)
    // An empty page before the end would otherwise be asked for again and again.
    if (page.value.resources.length === 0) return
    for (const { id, userName } of page.value.resources) link(push, waiting, { id, userName })
    total = page.value.total
    next += page.value.resources.length
    push.report({ phase: 'import', done: Math.min(next - 1, total), total })
  }
}

function unlinkedByName({ directory, state }: PushContext): Map<string, string> {
  const waiting = Object.values(directory.users).filter(
    (user) => isProvisioned(user) && (state.users[user.objectId]?.targetId ?? null) === null,
  )
  return new Map(waiting.map((user) => [user.userPrincipalName.toLowerCase(), user.objectId]))
}

function link(
  { state, tally }: PushContext,
  waiting: Map<string, string>,
  { id, userName }: { readonly id: string; readonly userName: string },
): void {
  const objectId = waiting.get(userName.toLowerCase())
  if (objectId === undefined) return
  waiting.delete(userName.toLowerCase())
  linkOf(state.users, objectId).targetId = id
  tally.matched++
}
