import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { toGroup, type StoredGroup } from './groups.ts'
import { groupKey, memberKey, memberPrefix, prefixEnd, resourcePrefix } from './keys.ts'
import type { Member } from './memberships.ts'
import type { Store } from './store.ts'

/** A stretch of a list in the order of ids: what stands right behind `after`. */
export interface Stretch {
  readonly after: ResourceId | undefined
  readonly count: number
}

/** Members by id. Whether there are more is told by one that is asked for and not wanted. One storage request. */
export async function listMemberStretch(
  store: Store,
  tenant: Tenant,
  group: ResourceId,
  { after, count }: Stretch,
): Promise<readonly Member[]> {
  const prefix = memberPrefix(group)
  const from = after === undefined ? prefix : `${memberKey(group, after)}.`
  const range = { from, to: prefixEnd(prefix), limit: count }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.flatMap(({ key, values }): Member[] => {
    const id = parseResourceId(key.slice(prefix.length))
    return id === undefined ? [] : [{ id, kind: values['t'] === 'Group' ? 'Group' : 'User' }]
  })
}

/** Groups by id. One storage request. */
export async function listGroupStretch(
  store: Store,
  tenant: Tenant,
  { after, count }: Stretch,
): Promise<readonly StoredGroup[]> {
  const prefix = resourcePrefix('Group')
  const from = after === undefined ? prefix : `${groupKey(after)}.`
  const range = { from, to: prefixEnd(prefix), limit: count }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map(toGroup)
}
