import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { activityOf } from './activity-log.ts'
import { importUsers, membersOf } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const find = (filter: string) => `/Groups?filter=${encodeURIComponent(filter)}`

async function newGroup(users = 0) {
  const connector = await gatehouse.newConnector()
  const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
  const ids = await addUsers(connector, users)
  const path = `/Groups/${group.id}`
  return {
    connector,
    group,
    ids,
    path,
    patch: (...operations: Record<string, unknown>[]) =>
      connector.scim('PATCH', path, patchOp(...operations)),
    members: async () => membersOf(connector, path),
  }
}

/** Imported, which is one request for up to 100 users. */
const addUsers = (connector: TestConnector, count: number): Promise<string[]> =>
  importUsers(
    gatehouse,
    connector,
    Array.from({ length: count }, () => entraUser()),
  )

const values = (ids: readonly string[]) => ids.map((value) => ({ $ref: null, value }))

describe('members', () => {
  it.each([1, 33, 100, 1_000])(
    '(%i in one body) are all added, and adding them again changes nothing',
    async (count) => {
      const { ids, patch, members } = await newGroup(count)
      const add = { op: 'Add', path: 'members', value: values(ids) }
      expect([(await patch(add)).status, (await patch(add)).status]).toEqual([204, 204])
      expect(await members()).toEqual(ids.toSorted())
    },
  )

  it.each([
    ['add, without path', (ids: string[]) => [{ op: 'add', value: { members: values(ids) } }]],
    [
      'replace',
      (ids: string[]) => [{ op: 'replace', path: 'members', value: ids.map((value) => ({ value })) }],
    ],
    [
      'one operation each',
      (ids: string[]) => ids.map((value) => ({ op: 'Add', path: 'members', value: [{ value }] })),
    ],
    ['bare ids', (ids: string[]) => [{ op: 'add', path: 'members', value: ids }]],
    [
      'a path with a filter',
      (ids: string[]) => ids.map((id) => ({ op: 'add', path: `members[value eq "${id}"]` })),
    ],
  ])('are added by %s', async (_, operations) => {
    const { ids, patch, members } = await newGroup(2)
    expect((await patch(...operations(ids))).status).toBe(204)
    expect(await members()).toEqual(ids.toSorted())
  })

  it.each([
    [
      'a list of values',
      (id: string) => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }),
    ],
    ['a path with a filter', (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` })],
    [
      'a path with an or',
      (id: string) => ({ op: 'remove', path: `members[value eq "${id}" or value eq "nobody"]` }),
    ],
    [
      'a path with another filter',
      (id: string) => ({ op: 'remove', path: `members[value sw "${id}" and type eq "User"]` }),
    ],
  ])('are removed by %s, and only those', async (_, operation) => {
    const { ids, patch, members } = await newGroup(3)
    const [first = '', ...others] = ids
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    expect((await patch(operation(first))).status).toBe(204)
    expect((await patch(operation(first))).status).toBe(204)
    expect(await members()).toEqual(others.toSorted())
  })

  it('are all removed by "remove" without a value, and none by a malformed one', async () => {
    const { ids, patch, members } = await newGroup(40)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const malformed = await patch({ op: 'Remove', path: 'members', value: [{ colour: 'x' }] })
    expect(malformed.json).toMatchObject({ status: '400' })
    expect(await members()).toHaveLength(40)
    expect((await patch({ op: 'Remove', path: 'members', value: [] })).status).toBe(204)
    expect(await members()).toHaveLength(40)
    expect((await patch({ op: 'Remove', path: 'members' })).status).toBe(204)
    expect(await members()).toEqual([])
  })

  it('that nobody knows are skipped and named beside known ones, and refused alone', async () => {
    const { connector, ids, patch, members } = await newGroup(1)
    const unknown = crypto.randomUUID()
    const mixed = await patch({ op: 'Add', path: 'members', value: values([...ids, unknown, 'no id']) })
    const rows = await activityOf(gatehouse, connector)
    const alone = await patch({ op: 'Add', path: 'members', value: values([unknown]) })
    const removed = await patch({ op: 'Remove', path: 'members', value: values([unknown, 'no id']) })
    expect([mixed.status, alone.status, removed.status]).toEqual([204, 400, 204])
    const notes = rows.map(({ note = '' }) => note).filter((note) => note.includes('unknown:'))
    expect(notes).toEqual([expect.stringContaining(`unknown:${unknown}`)])
    expect(alone.json).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining(unknown) })
    expect(await members()).toEqual(ids)
  })

  it('that nobody knows change nothing where they would replace the others, or come with a new group', async () => {
    const { connector, group, ids, path, patch, members } = await newGroup(1)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const nobody = values([crypto.randomUUID()])
    const rename = { op: 'Replace', path: 'displayName', value: 'Renamed' }
    const answers = [
      await patch({ op: 'Replace', path: 'members', value: nobody }),
      await patch(rename, { op: 'Add', path: 'members', value: nobody }),
      await connector.scim('PUT', path, { displayName: 'Renamed', members: nobody }),
      await connector.scim('POST', '/Groups', entraGroup({ members: nobody })),
    ]
    for (const { status, json } of answers) {
      expect([status, json.scimType]).toEqual([400, 'invalidValue'])
      expect(json.detail).toContain(nobody[0]?.value)
    }
    const { json } = await connector.scim('GET', '/Groups')
    expect(json.Resources.map(({ displayName }: { displayName: string }) => displayName)).toEqual([
      group.displayName,
    ])
    expect(await members()).toEqual(ids)
  })

  it.each([
    [33, 5],
    [100, 70],
  ])('of a group of %i are removed one by one, %i in a body', async (count, going) => {
    const { ids, patch, members } = await newGroup(count)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const operations = ids.slice(0, going).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }))
    expect((await patch(...operations)).status).toBe(204)
    expect(await members()).toEqual(ids.slice(going).toSorted())
  })

  it('may be groups, with or without saying so, which gives their members nothing', async () => {
    const { connector, ids, path, patch } = await newGroup(1)
    const { json: inner } = await connector.scim('POST', '/Groups', entraGroup({ members: values(ids) }))
    const { json: other } = await connector.scim('POST', '/Groups', entraGroup())
    const value = [{ value: inner.id, type: 'Group' }, { value: other.id }]
    expect((await patch({ op: 'Add', path: 'members', value })).status).toBe(204)
    const { json: outer } = await connector.scim('GET', path)
    const { json: user } = await connector.scim('GET', `/Users/${ids[0]}`)
    expect(outer.members.map(({ type }: { type: string }) => type)).toEqual(['Group', 'Group'])
    expect(outer.members[0].$ref).toContain(`/Groups/${outer.members[0].value}`)
    expect(inner.members).toMatchObject([{ value: ids[0], type: 'User' }])
    expect(user.groups.map((group: { value: string }) => group.value)).toEqual([inner.id])
  })

  it('added and removed in one body end as the last word says', async () => {
    const { ids, patch, members } = await newGroup(1)
    await patch(
      { op: 'add', path: 'members', value: values(ids) },
      { op: 'remove', path: `members[value eq "${ids[0]}"]` },
    )
    expect(await members()).toEqual([])
  })

  it('vanish with their user, and show in groups of a user only where that is asked', async () => {
    const { connector, group, ids, patch, members } = await newGroup(2)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const read = await connector.scim('GET', `/Users/${ids[0]}`)
    const listed = await connector.scim('GET', '/Users')
    const asked = await connector.scim('GET', '/Users?attributes=userName,groups')
    const change = patchOp({ op: 'Replace', path: 'title', value: 'Chief' })
    const written = await connector.scim('PATCH', `/Users/${ids[0]}`, change)
    const both = await connector.scim('PATCH', `/Users/${ids[0]}?attributes=groups`, change)
    expect(written.json).not.toHaveProperty('groups')
    expect(both.json.groups[0].value).toBe(group.id)
    await connector.scim('DELETE', `/Users/${ids[0]}`)
    expect(read.json.groups[0].value).toBe(group.id)
    expect(listed.json.Resources[0]).not.toHaveProperty('groups')
    expect(asked.json.Resources[0].groups[0].value).toBe(group.id)
    expect(await members()).toEqual([ids[1]])
  })

  it('stay when their user is deactivated, and a deactivated one may be added', async () => {
    const { connector, ids, patch, members } = await newGroup(2)
    const [first = '', second = ''] = ids
    const disable = patchOp({ op: 'Replace', path: 'active', value: 'False' })
    await patch({ op: 'Add', path: 'members', value: values([first]) })
    await connector.scim('PATCH', `/Users/${first}`, disable)
    await connector.scim('PATCH', `/Users/${second}`, disable)
    expect((await patch({ op: 'Add', path: 'members', value: values([second]) })).status).toBe(204)
    expect(await members()).toEqual(ids.toSorted())
  })

  it('come with the operations on the group itself: all of the body or nothing', async () => {
    const { connector, ids, path, patch, members } = await newGroup(1)
    const add = { op: 'Add', path: 'members', value: values(ids) }
    await connector.scim('POST', '/Groups', { displayName: 'Taken' })
    const refused = await patch(add, { op: 'Replace', path: 'displayName', value: 'Taken' })
    const malformed = await patch(add, { op: 'Replace', path: 'id', value: 'x' })
    expect([malformed.status, refused.status, await members()]).toEqual([400, 409, []])
    const done = await patch({ op: 'Replace', path: 'displayName', value: 'Both' }, add)
    expect([done.status, await members()]).toEqual([204, ids])
    expect((await connector.scim('GET', path)).json.displayName).toBe('Both')
  })

  it.each([
    ['an object without an id', [{ colour: 'x' }]],
    ['an empty id', [{ value: '' }]],
    ['a list in the list', [['x']]],
    ['a number where a list is due', true],
  ])('(%s) are malformed: 400, and nobody is added or removed', async (_, value) => {
    const { ids, patch, members } = await newGroup(2)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const good = values([ids[0] ?? ''])
    const answers = await Promise.all(
      ['Add', 'Remove', 'Replace'].map((op) =>
        patch({ op: 'Remove', path: 'members', value: good }, { op, path: 'members', value }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(await members()).toEqual(ids.toSorted())
  })

  it('are exchanged by "replace" without path, and by PUT', async () => {
    const { connector, group, ids, path, patch, members } = await newGroup(3)
    const [first = '', second = '', third = ''] = ids
    await patch({ op: 'Add', path: 'members', value: values([first, second]) })
    await patch({ op: 'replace', value: { members: values([second, third]) } })
    expect(await members()).toEqual([second, third].toSorted())
    await connector.scim('PUT', path, { displayName: group.displayName, members: values([first]) })
    expect(await members()).toEqual([first])
    await connector.scim('PUT', path, { displayName: group.displayName })
    expect(await members()).toEqual([first])
  })

  it('are found by the look-ups of references', async () => {
    const { connector, group, ids, patch } = await newGroup(2)
    await patch({ op: 'Add', path: 'members', value: values([ids[0] ?? '']) })
    const total = async (filter: string) =>
      (await connector.scim('GET', `${find(filter)}&attributes=id`)).json.totalResults
    expect(await total(`id eq "${group.id}" and members eq "${ids[0]}"`)).toBe(1)
    expect(await total(`members eq "${ids[1]}" and id eq "${group.id}"`)).toBe(0)
    expect(await total(`members[value eq "${ids[0]}"]`)).toBe(1)
  })
})
