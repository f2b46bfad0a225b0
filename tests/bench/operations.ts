import { patch, type Tenant } from './tenant.ts'
import { newUser } from './user.ts'

/** One request of one kind; `i` makes it touch another user, or another value, each time. */
export interface Operation {
  readonly name: string
  readonly run: (tenant: Tenant, i: number) => Promise<string>
  /** How many are measured, as a share of the usual number: slow ones need fewer. */
  readonly share?: number
  /** In flight, where 16 would be too many: sixteen answers of ten megabytes are a test of the garbage collector. */
  readonly atOnce?: number
  /** Milliseconds of server CPU that one should need at most, on the twin. */
  readonly target?: number
}

const idOf = ({ ids }: Tenant, i: number): string => ids[i % ids.length] ?? ''
let serial = 0

export const USER_OPERATIONS: readonly Operation[] = [
  {
    name: 'find by userName, miss',
    target: 0.25,
    run: (tenant, i) => tenant.scim('GET', `/Users?filter=userName+eq+%22nobody${i}%22`),
  },
  {
    name: 'find by userName, hit',
    target: 0.25,
    run: (tenant, i) =>
      tenant.scim('GET', `/Users?filter=userName+eq+%22user${i % tenant.ids.length}%40x.example%22`),
  },
  {
    name: 'GET user',
    target: 0.2,
    run: (tenant, i) => tenant.scim('GET', `/Users/${idOf(tenant, i)}`),
  },
  {
    name: 'POST user',
    target: 0.45,
    share: 0.5,
    run: (tenant) => tenant.scim('POST', '/Users', newUser(`late${++serial}-${Date.now()}`)),
  },
  {
    name: 'PATCH active',
    target: 0.25,
    run: (tenant, i) =>
      tenant.scim(
        'PATCH',
        `/Users/${idOf(tenant, i)}`,
        patch({ op: 'Replace', path: 'active', value: ++serial % 2 === 0 ? 'False' : 'True' }),
      ),
  },
  {
    name: 'PATCH displayName',
    target: 0.25,
    run: (tenant, i) =>
      tenant.scim(
        'PATCH',
        `/Users/${idOf(tenant, i)}`,
        patch({ op: 'Replace', path: 'displayName', value: `Name ${i} ${++serial}` }),
      ),
  },
  {
    name: 'page of 100',
    target: 2,
    share: 0.15,
    run: (tenant, i) =>
      tenant.scim(
        'GET',
        `/Users?startIndex=${((i * 97) % Math.max(1, tenant.ids.length - 100)) + 1}&count=100`,
      ),
  },
]

/** The same for a group of that many members. */
export function groupOperations(size: number): readonly Operation[] {
  const path = (tenant: Tenant): string => `/Groups/${tenant.groups.get(size)}`
  const member = (op: string, tenant: Tenant, i: number): object =>
    patch({ op, path: 'members', value: [{ value: tenant.ids[i % size] }] })
  return [
    {
      name: 'remove a member',
      target: 0.2,
      share: Math.min(0.5, size / 4_000),
      run: (tenant, i) => tenant.scim('PATCH', path(tenant), member('Remove', tenant, i)),
    },
    {
      name: 'add a member',
      target: 0.2,
      share: Math.min(0.5, size / 4_000),
      run: (tenant, i) => tenant.scim('PATCH', path(tenant), member('Add', tenant, i)),
    },
    {
      name: 'GET group without members',
      target: 0.2,
      run: (tenant) => tenant.scim('GET', `${path(tenant)}?excludedAttributes=members`),
    },
    {
      name: 'filter by displayName',
      run: (tenant) =>
        tenant.scim('GET', `/Groups?excludedAttributes=members&filter=displayName+eq+%22Group+of+${size}%22`),
    },
    {
      name: 'GET group',
      share: 10 / size,
      ...(size > 10_000 ? { atOnce: 2 } : {}),
      run: (tenant) => tenant.scim('GET', path(tenant)),
    },
  ]
}
