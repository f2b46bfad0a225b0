import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd, resourcePrefix, searchPrefix } from './keys.ts'
import type { Store } from './store.ts'
import { toUser, type StoredUser } from './users.ts'

/** Users looked at for one page where not all are wanted. */
const SCANNED = 1_000
/** Search rows read for each person of a page: most people have several that begin alike. */
const ROWS_EACH = 3

/** Where a cursor of ours stands; anything else begins at the beginning. */
function cursorWithin(prefix: string, after: string | undefined): string {
  return after !== undefined && after.startsWith(prefix) && /^[0-9a-z.-]{1,100}$/.test(after)
    ? `${after}.`
    : prefix
}

/** Users by id who pass a test, from right behind a cursor; at most 1,000 are looked at. One storage request. */
export async function listPeople(
  store: Store,
  tenant: Tenant,
  page: { readonly after: string | undefined; readonly count: number; readonly isFiltered: boolean },
  isWanted: (user: StoredUser) => boolean,
): Promise<{ readonly users: readonly StoredUser[]; readonly next: string | undefined }> {
  const prefix = resourcePrefix('User')
  const limit = page.isFiltered ? SCANNED : page.count + 1
  const range = { from: cursorWithin(prefix, page.after), to: prefixEnd(prefix), limit }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  const users: StoredUser[] = []
  for (const [i, row] of rows.entries()) {
    const user = toUser(row)
    if (isWanted(user)) users.push(user)
    if (users.length === page.count) return { users, next: i < rows.length - 1 ? row.key : undefined }
  }
  return { users, next: rows.length === limit ? rows.at(-1)?.key : undefined }
}

/** Rows that say who is called how. */
export interface PeopleRows {
  readonly rows: readonly { readonly key: string; readonly id: ResourceId }[]
  /** Key of the last row, where there are more. */
  readonly next: string | undefined
}

/** Search rows of a folded beginning, by the beginning of the name. One storage request. */
export async function listSearchRows(
  store: Store,
  tenant: Tenant,
  beginning: string,
  page: { readonly after?: string | undefined; readonly count: number },
): Promise<PeopleRows> {
  const prefix = searchPrefix(beginning)
  const limit = page.count * ROWS_EACH
  const range = { from: cursorWithin(prefix, page.after), to: prefixEnd(prefix), limit }
  const found = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  const people = new Set<ResourceId>()
  const rows: { key: string; id: ResourceId }[] = []
  for (const { key } of found) {
    const id = parseResourceId(key.slice(key.lastIndexOf('.') + 1))
    if (id === undefined) continue
    if (people.size === page.count && !people.has(id)) return { rows, next: rows.at(-1)?.key }
    people.add(id)
    rows.push({ key, id })
  }
  return { rows, next: found.length === limit ? found.at(-1)?.key : undefined }
}
