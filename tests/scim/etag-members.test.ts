import { describe, expect, it } from 'vitest'
import type { ScimContext } from '../../shared/scim/context.ts'
import { getGroup, patchGroup, replaceGroupResource } from '../../shared/scim/groups.ts'
import { taken, useGatehouse } from '../conformance/connection.ts'
import { BODIES, newScene as sceneOf, rename, type Endpoint } from '../conformance/versions.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  newDirectory,
  outcomesOf,
  projectGroup,
  replaceOp,
  STORES,
} from '../support/directory-context.ts'
import { patchOp, type TestConnector } from '../support/gatehouse.ts'

type Change = (context: ScimContext, group: string, member: string) => Promise<void>
const gatehouse = useGatehouse()
const newScene = (endpoint: Endpoint) => sceneOf(gatehouse(), endpoint)

const newMember = async (connector: TestConnector): Promise<string> =>
  (await taken(connector, 'POST', '/Users', { userName: crypto.randomUUID() })).json.id

describe('the version of a group', () => {
  const MEMBERS: readonly [string, (path: string, id: string) => readonly [string, string, object]][] = [
    [
      'PATCH add',
      (path, id) => ['PATCH', path, patchOp({ op: 'add', path: 'members', value: [{ value: id }] })],
    ],
    [
      'PATCH replace',
      (path, id) => ['PATCH', path, patchOp({ op: 'replace', path: 'members', value: [{ value: id }] })],
    ],
    ['PUT', (path, id) => ['PUT', path, { ...BODIES.Groups, members: [{ value: id }] }]],
  ]

  it.each(MEMBERS)('moves with members by %s, which the old version no longer allows', async (_, request) => {
    const scene = await newScene('Groups')
    const { connector, path, etag, version } = scene
    const [one, two] = [await newMember(connector), await newMember(connector)]
    expect((await connector.scim(...request(path, one), { 'if-match': 'W/"other"' })).status).toBe(412)
    await taken(connector, ...request(path, one), { 'if-match': etag })
    const second = await version()
    expect(second).not.toBe(etag)
    expect((await connector.scim(...request(path, two), { 'if-match': etag })).status).toBe(412)
    const { json } = await taken(connector, 'GET', path)
    expect(json.members.map(({ value }: { value: string }) => value)).toEqual([one])

    const remove = patchOp({ op: 'remove', path: `members[value eq "${one}"]` })
    expect((await connector.scim('PATCH', path, remove, { 'if-match': etag })).status).toBe(412)
    await taken(connector, 'PATCH', path, remove, { 'if-match': second })
    expect(await version()).not.toBe(second)
  })

  it('guards more members than one transaction takes, all or none', async () => {
    const { connector, path, etag } = await newScene('Groups')
    const ids = await Promise.all(Array.from({ length: 70 }, () => newMember(connector)))
    const add = patchOp({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
    expect((await connector.scim('PATCH', path, add, { 'if-match': 'W/"other"' })).status).toBe(412)
    expect((await taken(connector, 'GET', path)).json).not.toHaveProperty('members')
    await taken(connector, 'PATCH', path, add, { 'if-match': etag })
    expect((await taken(connector, 'GET', path)).json.members).toHaveLength(70)
  })

  it('lets one of a rename and a change of members through, when they race on it', async () => {
    const { connector, path, etag } = await newScene('Groups')
    const id = await newMember(connector)
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: id }] })
    const answers = await Promise.all(
      [rename('New'), add, rename('Other'), add].map((body) =>
        connector.scim('PATCH', path, body, { 'if-match': etag }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 412, 412, 412])
  })

  it('guards a change of name and members together', async () => {
    const { connector, path, etag } = await newScene('Groups')
    const id = await newMember(connector)
    const both = patchOp(
      { op: 'replace', path: 'displayName', value: 'New' },
      { op: 'add', path: 'members', value: [{ value: id }] },
    )
    await taken(connector, 'PATCH', path, both, { 'if-match': etag })
    expect((await connector.scim('PATCH', path, both, { 'if-match': etag })).status).toBe(412)
    expect((await taken(connector, 'GET', path)).json).toMatchObject({
      displayName: 'New',
      members: [{ value: id }],
    })
  })
})

describe.each(STORES)('conditional changes of one group that really cross, on %s', (kind) => {
  const changes: Record<string, Change> = {
    'PATCH of members': (context, id, member) => patchGroup(context, id, addMembersOp(member)),
    'PATCH of the name': (context, id, member) => patchGroup(context, id, replaceOp('displayName', member)),
    'PUT with members': (context, id, member) =>
      replaceGroupResource(context, id, { displayName: 'Crew', members: [{ value: member }] }),
  }

  it.each([
    ['PATCH of members', 'PATCH of members'],
    ['PATCH of members', 'PATCH of the name'],
    ['PATCH of members', 'PUT with members'],
    ['PUT with members', 'PUT with members'],
  ])('are made by one alone: %s and %s', async (...names) => {
    const directory = newDirectory(kind, { delayMs: 4 })
    const members = await Promise.all(Array.from({ length: 8 }, () => addUser(directory)))
    const id = await addGroup(directory, [], { displayName: 'Crew', externalId: undefined })
    const group = await getGroup(directory.context, id, projectGroup())
    const ifMatch = (group['meta'] as Record<string, string>)['version']
    const context = { ...directory.context, precondition: { ifMatch, ifNoneMatch: undefined } }
    const all = members.map(
      (member, i) =>
        changes[names[i % 2] ?? '']?.(context, id, member) ?? Promise.reject(new Error('no change')),
    )
    expect(await outcomesOf(all)).toEqual({ ok: 1, precondition_failed: 7 })
    const after = await getGroup(directory.context, id, projectGroup())
    expect((after['members'] as object[] | undefined)?.length ?? 0).toBeLessThanOrEqual(1)
  })
})

describe('the version of a user', () => {
  it('stays when it joins a group: a weak version does not cover "groups"', async () => {
    const { connector, path, etag, version } = await newScene('Users')
    const members = [{ value: path.split('/').pop() }]
    await taken(connector, 'POST', '/Groups', { displayName: 'Crew', members })
    expect(await version()).toBe(etag)
    expect((await taken(connector, 'GET', path)).json.groups).toHaveLength(1)
  })
})
