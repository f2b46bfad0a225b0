import { parseResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd, reversedTime } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'

/** Each may have a copy in one person's own log: together they fill a transaction. */
const LINES_AT_ONCE = 50
/** Of one connector and run: one with years behind it must not keep the others waiting. */
const LINES_PER_RUN = 20_000

/**
 * Deletes the lines of a connector's activity from before a time, with their copies in the logs of persons, until none
 * is left (true), or `until` (ms since 1970) has come or enough is done for one run.
 */
export async function removeActivity(
  store: Store,
  tenant: Tenant,
  before: Date,
  until: number,
): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  // Newest comes first, so what is older than a time is all that sorts behind it. A line of that very moment stays.
  const range = { from: `a.${reversedTime(before)}~`, to: prefixEnd('a.'), limit: LINES_AT_ONCE }
  for (let removed = 0; removed < LINES_PER_RUN && Date.now() < until; removed += LINES_AT_ONCE) {
    const lines = await table.range(tenant.connector, range)
    if (lines.length === 0) return true
    const copies = await Promise.all(
      lines.flatMap((line) => {
        const key = copyKey(line)
        return key === undefined ? [] : [table.get(tenant.connector, key)]
      }),
    )
    // In one transaction: without its line nothing would lead to a copy.
    const rows = [...lines, ...copies.filter((row) => row !== undefined)]
    const { refusal } = await table.batch(
      tenant.connector,
      rows.map(({ key }): Write => ({ kind: 'delete', key })),
    )
    // Somebody else removes them as well.
    if (refusal !== undefined) return false
    if (lines.length < LINES_AT_ONCE) return true
  }
  return false
}

/** Both have the same place in their logs. */
function copyKey({ key, values }: Row): string | undefined {
  const person = values['rt'] === 'User' ? parseResourceId(values['id']) : undefined
  return person && `b.${person}.${key.slice('a.'.length)}`
}
