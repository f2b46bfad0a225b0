import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

/* Several jobs and retries at once. The store in memory answers too fast for requests to meet in it: this one is real. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ store: 'azurite' })
})
afterAll(() => gatehouse.close())

const times = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

/** How many answers have which status. */
function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('requests at once', () => {
  it.each([
    [
      'one user name in two cases',
      (i: number) => ({ userName: i % 2 ? 'MIRA@x.example' : 'mira@X.example' }),
    ],
    ['one e-mail', () => ({ emails: [{ type: 'work', value: 'team@x.example' }] })],
  ])('that create users with %s: one gets it, the others are 409 and told who has it', async (_, same) => {
    const connector = await gatehouse.newConnector()
    const answers = await times(20, (i) => connector.scim('POST', '/Users', entraUser(same(i))))
    const winner = answers.find(({ status }) => status === 201)
    const losers = answers.filter(({ status }) => status !== 201)
    expect(tally(answers)).toEqual({ 201: 1, 409: 19 })
    expect(new Set(losers.map(({ json }) => json.scimType))).toEqual(new Set(['uniqueness']))
    expect(losers.filter(({ json }) => !json.detail.includes(winner?.json.id))).toEqual([])
    expect((await connector.scim('GET', '/Users')).json).toMatchObject({
      totalResults: 1,
      Resources: [winner?.json],
    })
  })

  it.each([
    ['one name and no externalId', () => ({ displayName: 'Crew', externalId: undefined })],
    ['one externalId', () => ({ externalId: 'object-1' })],
  ])('that create groups with %s: one gets it', async (_, same) => {
    const connector = await gatehouse.newConnector()
    const answers = await times(20, () => connector.scim('POST', '/Groups', entraGroup(same())))
    expect(tally(answers)).toEqual({ 201: 1, 409: 19 })
    expect((await connector.scim('GET', '/Groups')).json.totalResults).toBe(1)
  })

  it('that change different attributes of one user all hold', async () => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', entraUser())
    const names = ['title', 'nickName', 'locale', 'timezone', 'userType', 'displayName']
    const answers = await times(names.length, (i) =>
      connector.scim('PATCH', `/Users/${user.id}`, patchOp({ op: 'Add', path: names[i], value: `v${i}` })),
    )
    const { json } = await connector.scim('GET', `/Users/${user.id}`)
    expect(tally(answers)).toEqual({ 200: names.length })
    expect(names.map((name) => json[name])).toEqual(names.map((_, i) => `v${i}`))
  })

  it('that add members to one group, the same ones among them, all hold', async () => {
    const connector = await gatehouse.newConnector()
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
    const ids = await times(12, async () =>
      String((await connector.scim('POST', '/Users', entraUser())).json.id),
    )
    const answers = await times(36, (i) =>
      connector.scim(
        'PATCH',
        `/Groups/${group.id}`,
        patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: ids[i % 12] }] }),
      ),
    )
    const { json } = await connector.scim('GET', `/Groups/${group.id}`)
    expect(tally(answers)).toEqual({ 204: 36 })
    expect(json.members.map(({ value }: { value: string }) => value).toSorted()).toEqual(ids.toSorted())
  })

  it('that delete one user: one does, for the others it is gone', async () => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', entraUser())
    const answers = await times(10, () => connector.scim('DELETE', `/Users/${user.id}`))
    expect(tally(answers)).toEqual({ 204: 1, 404: 9 })
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(0)
  })
})

describe('an answer that nobody waits for', () => {
  it('leaves the user created or not, never twice, and the next try ends in one that is found', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()
    await postAndHangUp(connector, sent)

    const retry = await connector.scim('POST', '/Users', sent)
    const filter = encodeURIComponent(`userName eq "${String(sent['userName'])}"`)
    const found = await connector.scim('GET', `/Users?filter=${filter}`)

    expect([201, 409]).toContain(retry.status)
    expect(found.json.totalResults).toBe(1)
    expect((await connector.scim('GET', `/Users/${found.json.Resources[0].id}`)).status).toBe(200)
  })
})

/** The whole request goes out; the connection is gone before the answer. */
function postAndHangUp({ scimUrl, password }: TestConnector, body: unknown): Promise<void> {
  const text = JSON.stringify(body)
  const headers = {
    authorization: `Bearer ${password}`,
    'content-type': 'application/scim+json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  }
  return new Promise((resolve) => {
    const call = request(`${scimUrl}/Users`, { method: 'POST', headers, agent: false })
    call.on('error', () => undefined)
    call.on('close', () => resolve())
    call.end(text, () => call.destroy())
  })
}
