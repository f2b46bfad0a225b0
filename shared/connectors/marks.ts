import { failureOf } from '../kernel/failure.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ConnectorState, Mark, ScimSecret } from '../storage/config-connector-row.ts'
import { findConnector, touchConnector } from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { createBoundedMap } from './bounded-map.ts'

const LAST_REQUEST_MS = 600_000
const LAST_USED_MS = 3_600_000
const REMEMBERED = 10_000

interface UsageOptions {
  readonly store: Store
  readonly now: () => Date
  readonly log?: (message: string) => void
}

/** Who used what: the part of an authenticated connector that is noted. */
interface Used {
  readonly tenant: Tenant
  readonly secretId: string
}

/** What nobody decided but administrators want to see: that Entra called, and how far it got. */
export interface Usage {
  /** The last request (every ten minutes at most) and the last use of the secret (hourly). Never fails. */
  noteUse(used: Used): Promise<void>
  /** A milestone with the time of now, unless it has one. Never fails. */
  noteMark(tenant: Tenant, mark: Mark): Promise<void>
}

/** `remembered` keeps this process from asking the row more often than it can have something to write. */
export function createUsage({ store, now, log }: UsageOptions): Usage {
  const remembered = createBoundedMap<number>(REMEMBERED)

  async function note(
    key: string,
    connector: ConnectorId,
    change: (before: ConnectorState) => ConnectorState,
  ): Promise<boolean> {
    remembered.set(key, now().getTime())
    try {
      await write(store, connector, change)
      return true
    } catch (error) {
      const failure = failureOf(error)
      if (failure?.code !== 'storage_unavailable') throw error
      log?.(`the use of connector ${connector} could not be noted: ${failure.code}`)
      return false
    }
  }

  return {
    async noteUse({ tenant, secretId }) {
      const key = `${tenant.connector}.${secretId}`
      const time = now()
      const last = remembered.get(key)
      if (last !== undefined && time.getTime() - last < LAST_REQUEST_MS) return
      await note(key, tenant.connector, (before) => withUse(before, secretId, time))
    },
    async noteMark({ connector }, mark) {
      const key = `${connector}.${mark}`
      const at = now().toISOString()
      if (remembered.get(key) !== undefined) return
      const isNoted = await note(key, connector, (before) =>
        before.marks[mark] === undefined ? { ...before, marks: { ...before.marks, [mark]: at } } : before,
      )
      // It comes only once, so the next chance is taken; a use that was not noted waits for its next turn.
      if (!isNoted) remembered.delete(key)
    },
  }
}

/** Writes only where something changes; a connector that is gone has nothing to note. */
async function write(
  store: Store,
  id: ConnectorId,
  change: (before: ConnectorState) => ConnectorState,
): Promise<void> {
  await retryWhileChanged(async () => {
    const before = await findConnector(store, id)
    if (before === undefined || before.life === 'deleted') return true
    const after = change(before)
    if (after === before) return true
    return (await touchConnector(store, before, after)) === undefined ? true : undefined
  })
}

function withUse(before: ConnectorState, secretId: string, at: Date): ConnectorState {
  const secrets = before.secrets.map((secret) =>
    secret.id === secretId && isOlder(secret.lastUsedAt, at, LAST_USED_MS) ? used(secret, at) : secret,
  )
  const isUsed = secrets.some((secret, i) => secret !== before.secrets[i])
  const isSeen = isOlder(before.marks.lastRequest, at, LAST_REQUEST_MS)
  if (!isUsed && !isSeen) return before
  const marks = isSeen ? { ...before.marks, lastRequest: at.toISOString() } : before.marks
  return { ...before, secrets, marks }
}

function used(secret: ScimSecret, at: Date): ScimSecret {
  return { ...secret, lastUsedAt: at.toISOString() }
}

function isOlder(time: string | undefined, now: Date, ms: number): boolean {
  return time === undefined || now.getTime() - Date.parse(time) >= ms
}
