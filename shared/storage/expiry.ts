import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { Row } from './table.ts'

/** Rows of sign-in that have an end: refresh families, Entra's sessions, one-time codes, completed logins. */
const EXPIRING = ['f.', 'i.', 'k.', 'l.']
const PAGE = 500
const DELETED_AT_ONCE = 100

/** Deletes what has expired, until `until` (ms since 1970). For maintenance: readers look at the time themselves. */
export async function deleteExpired(
  store: Store,
  tenant: Tenant,
  at: Date,
  until: number,
): Promise<'unfinished' | undefined> {
  for (const prefix of EXPIRING) {
    let from: string | undefined = prefix
    while (from !== undefined) {
      if (Date.now() > until) return 'unfinished'
      const range = { from, to: prefixEnd(prefix), limit: PAGE }
      const rows: readonly Row[] = await store
        .table(tenant.account, 'directory')
        .range(tenant.connector, range)
      await deleteRows(
        store,
        tenant,
        rows.filter((row) => isExpired(row, at)),
      )
      const last: string | undefined = rows[PAGE - 1]?.key
      from = last && `${last}-`
    }
  }
  return undefined
}

function isExpired({ values }: Row, at: Date): boolean {
  return Date.parse(String(values['exp'])) < at.getTime()
}

async function deleteRows(store: Store, tenant: Tenant, rows: readonly Row[]): Promise<void> {
  const table = store.table(tenant.account, 'directory')
  for (let i = 0; i < rows.length; i += DELETED_AT_ONCE) {
    const some = rows.slice(i, i + DELETED_AT_ONCE)
    // Refused as a whole where one is gone or was changed at the same time: it waits for the next run.
    await table.batch(
      tenant.connector,
      some.map(({ key, etag }) => ({ kind: 'delete', key, etag })),
    )
  }
}
