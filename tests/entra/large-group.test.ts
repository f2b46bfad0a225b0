import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import {
  entraGroup,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { importUsers, membersOf } from './scene.ts'

/* Beyond a thousand rows of one kind, which is where a list of them could end too soon. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const MANY = 1_201

async function newUsers(connector: TestConnector, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, i) => ({ userName: `user.${i}@x.example` }))
  return (await importUsers(gatehouse, connector, users)).toSorted()
}

async function newScene() {
  const connector = await gatehouse.newConnector()
  const ids = await newUsers(connector, MANY)
  const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
  const path = `/Groups/${group.id}`
  return {
    connector,
    ids,
    group,
    path,
    patch: (...operations: Record<string, unknown>[]) =>
      connector.scim('PATCH', path, patchOp(...operations)),
    members: (of = path) => membersOf(connector, of),
  }
}

const values = (ids: readonly string[]) => ids.map((value) => ({ $ref: null, value }))

describe(`a group of ${MANY}`, () => {
  it('is filled by one body, read whole, thinned by one, and emptied', async () => {
    const { connector, ids, path, patch, members } = await newScene()
    const [first = '', ...others] = ids

    expect((await patch({ op: 'Add', path: 'members', value: values(ids) })).status).toBe(204)
    expect(await members()).toEqual(ids)
    const bare = await connector.scim('GET', `${path}?excludedAttributes=members`)
    expect(bare.json).not.toHaveProperty('members')

    expect((await patch({ op: 'Remove', path: 'members', value: values(others) })).status).toBe(204)
    expect(await members()).toEqual([first])

    expect((await patch({ op: 'replace', path: 'members', value: values(others) })).status).toBe(204)
    expect(await members()).toEqual(others)

    expect((await patch({ op: 'Remove', path: 'members' })).status).toBe(204)
    expect(await members()).toEqual([])
  })

  it('keeps who is in it already when as many are added again with somebody new', async () => {
    const { ids, patch, members } = await newScene()
    await patch({ op: 'Add', path: 'members', value: values(ids.slice(1)) })
    const unknown = crypto.randomUUID()
    expect((await patch({ op: 'Add', path: 'members', value: values([...ids, unknown]) })).status).toBe(204)
    expect(await members()).toEqual(ids)
  })

  it('is created whole, and leaves nothing with anybody when it is deleted', async () => {
    const { connector, ids, members } = await newScene()
    const { status, json } = await connector.scim('POST', '/Groups', entraGroup({ members: values(ids) }))
    const path = `/Groups/${json.id}`
    const last = `/Users/${ids.at(-1)}`
    expect([status, (await members(path)).length]).toEqual([201, MANY])
    expect((await connector.scim('GET', last)).json.groups).toMatchObject([{ value: json.id }])

    expect((await connector.scim('DELETE', path)).status).toBe(204)
    expect((await connector.scim('GET', path)).status).toBe(404)
    for (const one of [`/Users/${ids[0]}`, `/Users/${ids[600]}`, last])
      expect((await connector.scim('GET', one)).json).not.toHaveProperty('groups')
  })

  it('answers whether somebody is in it without listing it', async () => {
    const { connector, ids, group, patch } = await newScene()
    await patch({ op: 'Add', path: 'members', value: values(ids.slice(0, -1)) })
    const total = async (member: string | undefined) => {
      const filter = encodeURIComponent(`id eq "${group.id}" and members eq "${member}"`)
      return (await connector.scim('GET', `/Groups?filter=${filter}&attributes=id`)).json
    }
    expect(await total(ids.at(-2))).toMatchObject({ totalResults: 1, Resources: [{ id: group.id }] })
    expect(await total(ids.at(-1))).toMatchObject({ totalResults: 0 })
  })
})

describe('somebody in very many groups', () => {
  it(`is read with ${LIMITS.groupsPerUser} of them, and leaves all of them`, async () => {
    const connector = await gatehouse.newConnector()
    const [id = ''] = await newUsers(connector, 1)
    const groups: string[] = []
    for (let i = 0; i <= LIMITS.groupsPerUser; i++) {
      const { json } = await connector.scim('POST', '/Groups', entraGroup({ members: [{ value: id }] }))
      groups.push(json.id)
    }
    const { json } = await connector.scim('GET', `/Users/${id}`)
    const listed: string[] = json.groups.map(({ value }: { value: string }) => value)
    expect(new Set(listed).size).toBe(LIMITS.groupsPerUser)
    expect(listed.filter((group) => !groups.includes(group))).toEqual([])

    expect((await connector.scim('DELETE', `/Users/${id}`)).status).toBe(204)
    for (const group of [groups[0], groups[500], groups.at(-1)])
      expect(await membersOf(connector, `/Groups/${group}`)).toEqual([])
  })
})
