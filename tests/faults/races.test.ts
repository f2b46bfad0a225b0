import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { newRandom, type Random } from '../fuzz/random.ts'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { startStorageProxy, type StorageProxy } from './storage-proxy.ts'
import { findingsOf, statusCounts } from './verified.ts'

/*
 * Requests to the built product that meet in a storage whose answers come late and out of order. The delays are drawn
 * from a seed; what they meet is up to the machine.
 */

const SEED = 20_261_124
const MAX_DELAY_MS = 12

let proxy: StorageProxy
let gatehouse: Gatehouse
/** The same storage without the delays. */
let direct: Gatehouse
beforeAll(async () => {
  const random = newRandom(SEED, 0)
  proxy = await startStorageProxy(inject('azurite'), { delayMs: () => random.index(MAX_DELAY_MS) })
  gatehouse = await startGatehouse({ settings: { TABLES_ACCOUNTS: `main=${proxy.connectionString}` } })
  direct = await startGatehouse({ store: 'azurite' })
})
afterAll(async () => {
  await Promise.all([gatehouse.close(), direct.close()])
  await proxy.close()
})

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

async function made(connector: TestConnector, path: string, body: unknown): Promise<string> {
  const answer = await connector.scim('POST', path, body)
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json.id
}

async function madeUsers(connector: TestConnector, count: number): Promise<string[]> {
  return Promise.all(times(count, () => made(connector, '/Users', entraUser())))
}

const replace = (path: string, value: unknown): unknown => patchOp({ op: 'Replace', path, value })
const addMember = (value: string): unknown => patchOp({ op: 'Add', path: 'members', value: [{ value }] })

describe('requests that meet in a slow storage', () => {
  it('let one of 50 creates of one user name in two casings win', async () => {
    const connector = await gatehouse.newConnector()
    const names = ['race@fjordworks.example', 'RACE@Fjordworks.example']

    const answers = await Promise.all(
      times(50, (i) => connector.scim('POST', '/Users', entraUser({ userName: names[i % 2] }))),
    )

    expect(statusCounts(answers)).toEqual({ 201: 1, 409: 49 })
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(1)
    expect(await findingsOf(direct.url, connector.managementPath)).toEqual([])
  })

  it('make 256 members of 256 that are added one by one', async () => {
    const connector = await gatehouse.newConnector()
    const members = await madeUsers(connector, 256)
    const group = await made(connector, '/Groups', entraGroup())

    const answers = await Promise.all(
      members.map((id) => connector.scim('PATCH', `/Groups/${group}`, addMember(id))),
    )

    expect(statusCounts(answers)).toEqual({ 204: 256 })
    const { json } = await connector.scim('GET', `/Groups/${group}`)
    expect(json.members.map(({ value }: { value: string }) => value).toSorted()).toEqual(members.toSorted())
  })

  it('keep all changes of different attributes of one user', async () => {
    const connector = await gatehouse.newConnector()
    const [id = ''] = await madeUsers(connector, 1)
    const changes = ['title', 'displayName', 'nickName', 'userType', 'locale', 'timezone', 'externalId']

    const answers = await Promise.all(
      changes.map((path) => connector.scim('PATCH', `/Users/${id}`, replace(path, `new ${path}`))),
    )

    expect(statusCounts(answers)).toEqual({ 200: changes.length })
    expect((await connector.scim('GET', `/Users/${id}`)).json).toMatchObject(
      Object.fromEntries(changes.map((path) => [path, `new ${path}`])),
    )
  })

  it('change a user or find it deleted, and never bring it back', async () => {
    const connector = await gatehouse.newConnector()
    const users = await madeUsers(connector, 25)

    const answers = await Promise.all(
      users.flatMap((id, i) => [
        connector.scim('PATCH', `/Users/${id}`, replace('userName', `late.${i}@x.example`)),
        connector.scim('DELETE', `/Users/${id}`),
        connector.scim('PATCH', `/Users/${id}`, replace('active', false)),
      ]),
    )

    const { 200: changed = 0, 204: deleted, 404: late = 0, ...others } = statusCounts(answers)
    expect({ deleted, changedOrLate: changed + late, others }).toEqual({
      deleted: 25,
      changedOrLate: 50,
      others: {},
    })
    expect((await connector.scim('GET', '/Users')).json).toMatchObject({ totalResults: 0 })
    expect(await findingsOf(direct.url, connector.managementPath)).toEqual([])
  })

  it.each([1, 2, 3])('of every kind leave no row without its owner (mix %i)', async (mix) => {
    const connector = await gatehouse.newConnector()
    const users = await madeUsers(connector, 12)
    const groups = await Promise.all(times(3, () => made(connector, '/Groups', entraGroup())))
    const random = newRandom(SEED, mix)

    const answers = await Promise.all(times(120, () => anyRequest(connector, random, { users, groups })))

    const strange = answers.filter(({ status }) => ![200, 201, 204, 400, 404, 409].includes(status))
    expect(strange).toEqual([])
    expect(statusCounts(answers)).toHaveProperty('204')
    expect(await findingsOf(direct.url, connector.managementPath)).toEqual([])
    const { json } = await connector.scim('GET', '/Users?count=500')
    expect(json.totalResults).toBe(json.Resources.length)
  })
})

/** Names and ids are few, so that requests meet. */
function anyRequest(
  connector: TestConnector,
  random: Random,
  { users, groups }: { users: readonly string[]; groups: readonly string[] },
): Promise<Answer> {
  const [user, group] = [random.pick(users), random.pick(groups)]
  const userName = `mixed.${random.index(6)}@x.example`
  const requests: readonly (readonly [string, string, unknown?])[] = [
    ['POST', '/Users', entraUser({ userName })],
    ['PATCH', `/Users/${user}`, replace('userName', userName)],
    ['PATCH', `/Users/${user}`, replace('active', random.chance(0.5))],
    ['DELETE', `/Users/${user}`],
    ['PATCH', `/Groups/${group}`, addMember(user)],
    ['PATCH', `/Groups/${group}`, addMember(random.pick(users))],
    ['PATCH', `/Groups/${group}`, patchOp({ op: 'Remove', path: `members[value eq "${user}"]` })],
    ['PATCH', `/Groups/${group}`, replace('displayName', `Mixed ${random.index(4)}`)],
    ['PUT', `/Groups/${group}`, entraGroup({ members: [{ value: user }] })],
    ['DELETE', random.chance(0.2) ? `/Groups/${group}` : `/Users/${user}`],
  ]
  return connector.scim(...random.pick(requests))
}
