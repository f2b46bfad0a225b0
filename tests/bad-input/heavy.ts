import { LIMITS } from '../../shared/kernel/limits.ts'
import { BULK_ROUTE } from '../../shared/http/scim-bulk.ts'
import { GROUPS_ROUTE } from '../../shared/http/scim-groups.ts'
import { USERS_ROUTE } from '../../shared/http/scim-users.ts'
import { addGroup, addUser, type Directory } from '../support/directory-context.ts'
import { patchOp } from '../support/gatehouse.ts'
import type { ScimCall } from '../support/scim-calls.ts'
import { BODIES, times, type Heavy } from './heavy-bodies.ts'

/*
 * Requests made by hand to keep the service busy, each within the limits of its body, or nearly. Shared by the tests,
 * which count turns, and by tests/bench/turns.ts, which takes the time.
 */

/** As many terms as a filter may have, of which the last one holds. */
const terms = (term: string): string =>
  [...times(LIMITS.filterTerms - 1, () => term), 'value pr'].join(' or ')

/** Two marks that must be put in order: sorting them takes time that grows with the square of their number. */
const MARKS = 'a' + '\u0301\u0323'.repeat(16_000)
/** A part that a text of its first letter nearly has, everywhere: a naive search looks at the text many thousand times. */
const NEARLY = `${'a'.repeat(600)}b${'a'.repeat(3_000)}`
const ALIKE = 'a'.repeat(LIMITS.stringLength)
/** Becomes eighteen characters when it is folded. */
const LONG_FOLD = '\ufdfa'.repeat(LIMITS.stringLength)

function patchUser(
  name: string,
  attributes: Record<string, unknown>,
  operations: readonly Record<string, unknown>[],
): Heavy {
  return {
    name,
    prepare: async (directory) => ({
      route: USERS_ROUTE,
      method: 'PATCH',
      id: await addUser(directory, attributes),
      body: JSON.stringify(patchOp(...operations)),
    }),
  }
}

const short = times(500, (i) => ({ value: i.toString(36) }))
const filled = (character: string, length: number) =>
  times(500, (i) => ({ value: character.repeat(length) + i }))
const set = (filter: string) => (i: number) => ({
  op: 'replace',
  path: `photos[${filter}].display`,
  value: `${i}`,
})

const PATCHES: readonly Heavy[] = [
  patchUser(
    '850 operations of 64 terms on 500 values',
    { photos: short },
    times(850, set(terms('value co "~"'))),
  ),
  patchUser(
    '1,000 operations on long texts',
    { photos: filled('a', 700) },
    times(1_000, set('value co "aab" or value pr')),
  ),
  patchUser(
    '1,000 operations on long texts that must be folded',
    { photos: filled('É', 700) },
    times(1_000, set('value co "x" or value pr')),
  ),
  patchUser(
    'one operation that looks for what is nearly there',
    { photos: times(12, (i) => ({ value: ALIKE.slice(i) })) },
    [set(`value co "${NEARLY}"`)(0)],
  ),
  patchUser(
    'one operation of 63 terms on texts that grow',
    { photos: times(12, (i) => ({ value: LONG_FOLD.slice(i) })) },
    [set(terms('value co "صلى الله عليه وسلم!"'))(0)],
  ),
  patchUser(
    'marks that must be sorted',
    { photos: times(12, (i) => ({ value: MARKS.slice(0, -i || undefined) })) },
    [set('value co "x"')(0)],
  ),
  patchUser('a long text on every value, compared', { photos: short }, [
    { op: 'replace', path: 'photos.display', value: 'a'.repeat(750) },
    ...times(200, () => ({ op: 'add', path: `photos[display co "aab" or value pr].type`, value: 'x' })),
  ]),
  patchUser(
    '300 times 500 values added',
    { photos: short },
    times(300, () => ({ op: 'add', path: 'photos', value: short.map(({ value }) => value) })),
  ),
  patchUser(
    '300 times 500 values removed',
    { photos: short },
    times(300, () => ({ op: 'remove', path: 'photos', value: short.map(({ value }) => `-${value}`) })),
  ),
  patchUser(
    '500 values of one name and many types',
    { phoneNumbers: times(500, (i) => ({ value: '1', type: 'É'.repeat(300) + i })) },
    [
      {
        op: 'add',
        path: 'phoneNumbers',
        value: times(500, (i) => ({ value: '1', type: 'é'.repeat(300) + i })),
      },
    ],
  ),
  patchUser(
    'addresses that differ at the end',
    { addresses: times(250, (i) => ({ formatted: 'a'.repeat(700) + i })) },
    [{ op: 'add', path: 'addresses', value: times(250, (i) => ({ formatted: `${'a'.repeat(700)}-${i}` })) }],
  ),
  patchUser('1,000 names of 900 characters', {}, [
    { op: 'add', value: Object.fromEntries(times(1_000, (i) => [`${'n'.repeat(900)}${i}`, 1])) },
  ]),
  patchUser('roles that are JSON in texts', {}, [
    { op: 'add', path: 'roles', value: times(500, (i) => `{"value":"r${i}","x":[${'[],'.repeat(200)}0]}`) },
  ]),
  patchUser('500 values of 200 members each', {}, [
    {
      op: 'add',
      path: 'photos',
      value: times(400, (i) => Object.fromEntries(times(200, (k) => [`k${i}${k}`, 1]))),
    },
  ]),
]

const USERS_SCANNED = 2_000
async function addScanned(
  directory: Directory,
  attributes: (i: number) => Record<string, unknown>,
  count = USERS_SCANNED,
): Promise<void> {
  for (let i = 0; i < count; i++) await addUser(directory, attributes(i))
}

const addresses = (i: number) =>
  times(20, (k) => ({ value: `${'a'.repeat(1_000)}${i}.${k}@x.example`, type: `t${k}` }))

function list(
  name: string,
  attributes: (i: number) => Record<string, unknown>,
  query: Record<string, string>,
  count?: number,
): Heavy {
  return {
    name,
    prepare: async (directory) => {
      await addScanned(directory, attributes, count)
      return { route: USERS_ROUTE, method: 'GET', query }
    },
  }
}

const LISTS: readonly Heavy[] = [
  list('2,000 users of 20 long addresses, 63 terms', (i) => ({ emails: addresses(i) }), {
    filter: terms('emails.value co "aab"').replace('value pr', 'title eq "x"'),
  }),
  list('2,000 users of 20 long addresses, one term', (i) => ({ emails: addresses(i) }), {
    filter: 'emails.value co "aab"',
  }),
  list('2,000 users by titles that must be folded', (i) => ({ title: `${'É'.repeat(9_000)}${i}` }), {
    sortBy: 'title',
  }),
  list(
    '500 large users on a page',
    (i) => ({ photos: times(400, (k) => ({ value: `${'x'.repeat(90)}${i}.${k}` })) }),
    { count: '500' },
    500,
  ),
  list(
    '500 large users on a page, projected',
    (i) => ({ photos: times(400, (k) => ({ value: `${'x'.repeat(90)}${i}.${k}` })) }),
    { count: '500', attributes: times(900, (k) => `photos.value${k % 2 ? '' : k}`).join() },
    500,
  ),
  list(
    'users whose titles are marks',
    (i) => ({ title: MARKS.slice(0, -i || undefined) }),
    { filter: 'title co "x"' },
    30,
  ),
]

async function withMembers(directory: Directory, count: number): Promise<string> {
  const id = await addUser(directory)
  const group = await addGroup(directory, [id])
  const table = directory.store.table(directory.tenant.account, 'directory')
  for (let i = 0; i < count; i += 100)
    await table.batch(
      directory.tenant.connector,
      times(100, () => ({ kind: 'put', key: `m.${group}.${crypto.randomUUID()}`, values: {} })),
    )
  return group
}

function onGroup(name: string, size: number, call: (members: string) => Omit<ScimCall, 'route'>): Heavy {
  return {
    name,
    prepare: async (directory) => {
      const id = await withMembers(directory, size)
      return { route: GROUPS_ROUTE, id, ...call(id) }
    },
  }
}

const ids = times(5_000, () => ({ value: crypto.randomUUID() }))
const MEMBERS: readonly Heavy[] = [
  onGroup('5,000 unknown members', 0, () => ({
    method: 'PATCH',
    body: JSON.stringify(patchOp({ op: 'add', path: 'members', value: ids })),
  })),
  onGroup('5,000 members that are not in', 0, () => ({
    method: 'PATCH',
    body: JSON.stringify(patchOp({ op: 'remove', path: 'members', value: ids })),
  })),
  onGroup('a filter of 63 terms on 20,000 members', 20_000, () => ({
    method: 'PATCH',
    body: JSON.stringify(
      patchOp({ op: 'remove', path: `members[${terms('type co "x"').replace('value pr', 'type eq "x"')}]` }),
    ),
  })),
  onGroup('1,000 filters on 20,000 members', 20_000, () => ({
    method: 'PATCH',
    body: JSON.stringify(
      patchOp(...times(1_000, (i) => ({ op: 'remove', path: `members[type co "x${i}"]` }))),
    ),
  })),
  onGroup('20,000 members read', 20_000, () => ({ method: 'GET' })),
  onGroup('20,000 members projected', 20_000, () => ({
    method: 'GET',
    query: { attributes: 'members.value' },
  })),
  onGroup('members of 200,000 values', 0, () => ({
    method: 'PATCH',
    body: JSON.stringify(
      patchOp(
        ...times(41, () => ({
          op: 'add',
          path: 'members',
          value: ids.map(({ value }) => ({ value })).slice(0, 2_000),
        })),
      ),
    ),
  })),
]

const BULKS: readonly Heavy[] = [
  {
    name: '100 operations of 63 terms on 500 values',
    prepare: async (directory) => {
      const id = await addUser(directory, { photos: short })
      const data = patchOp(...times(15, set(terms('value co "~"'))))
      const operations = times(100, () => ({ method: 'PATCH', path: `/Users/${id}`, data }))
      return { route: BULK_ROUTE, method: 'POST', body: JSON.stringify({ Operations: operations }) }
    },
  },
  {
    name: '100 operations of which each waits for the next',
    prepare: async () => {
      const operations = times(100, (i) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `${i}`,
        data: { userName: `u${i}`, manager: `bulkId:${i + 1}`, x: times(900, () => ['y'.repeat(30)]) },
      }))
      return { route: BULK_ROUTE, method: 'POST', body: JSON.stringify({ Operations: operations }) }
    },
  },
]

/** All of them, the bodies last. */
export const HEAVY: readonly Heavy[] = [...PATCHES, ...LISTS, ...MEMBERS, ...BULKS, ...BODIES]
