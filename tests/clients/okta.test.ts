import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { byName, okta, oktaUser, patch, type Client } from './fixtures.ts'

/* How Okta meets a connector, and brings people into it. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const newClient = async (): Promise<Client> => okta(await gatehouse.newConnector())

describe('when an integration is set up, Okta', () => {
  it('tests the connection by asking for two users, and gets numbers as numbers', async () => {
    const send = await newClient()
    for (let i = 0; i < 3; i++) await send('POST', '/Users', oktaUser())

    const { status, headers, json } = await send('GET', '/Users?startIndex=1&count=2')

    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/scim\+json/)
    expect(json).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 2 })
    expect(json.Resources).toHaveLength(2)
  })

  it('tests the connection to an empty connector', async () => {
    const { json } = await (await newClient())('GET', '/Users?startIndex=1&count=2')

    expect(json).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0 })
    expect(json.Resources).toEqual([])
  })

  it('imports every account exactly once, a hundred at a time', async () => {
    const send = await newClient()
    const created = await Promise.all(Array.from({ length: 230 }, () => send('POST', '/Users', oktaUser())))

    const pages = []
    for (const start of [1, 101, 201]) pages.push(await send('GET', `/Users?startIndex=${start}&count=100`))

    expect(pages.map(({ json }) => json.itemsPerPage)).toEqual([100, 100, 30])
    expect(pages.map(({ json }) => json.totalResults)).toEqual([230, 230, 230])
    const ids = pages.flatMap(({ json }) => json.Resources.map(({ id }: { id: string }) => id))
    expect(ids).toHaveLength(230)
    expect(new Set(ids)).toEqual(new Set(created.map(({ json }) => json.id)))
  })
})

describe('a new person of Okta', () => {
  it('is looked for, created, and found afterwards whatever the letter case', async () => {
    const send = await newClient()
    const body = oktaUser()
    const userName = String(body['userName'])

    const before = await send('GET', byName(userName))
    const created = await send('POST', '/Users', body)
    const after = await send('GET', byName(userName.toUpperCase()))

    expect(before.json).toMatchObject({ totalResults: 0, Resources: [] })
    expect(created.status).toBe(201)
    const { schemas: _, groups: __, password: ___, ...kept } = body
    expect(created.json).toMatchObject(kept)
    expect(created.json.meta).toMatchObject({ resourceType: 'User' })
    expect(after.json).toMatchObject({ totalResults: 1, Resources: [{ id: created.json.id, userName }] })
  })

  it('has a password that is neither kept nor returned', async () => {
    const send = await newClient()
    const body = oktaUser()
    const password = String(body['password'])

    const created = await send('POST', '/Users', body)
    const read = await send('GET', `/Users/${created.json.id}`)
    const synced = await send(
      'PATCH',
      `/Users/${created.json.id}`,
      patch({ op: 'replace', value: { password: `${password}-2` } }),
    )
    const asked = await send('GET', `/Users/${created.json.id}?attributes=password,userName`)
    const listed = await send('GET', '/Users?startIndex=1&count=100')

    expect(synced.status).toBe(200)
    for (const { text } of [created, read, synced, asked, listed]) {
      expect(text).toContain(String(body['userName']))
      expect(text).not.toContain('password')
      expect(text).not.toContain(password)
    }
  })

  it('whose login is taken is refused with 409 and the word that Okta shows', async () => {
    const send = await newClient()
    const first = oktaUser()
    await send('POST', '/Users', first)

    const { status, json } = await send('POST', '/Users', oktaUser({ userName: first['userName'] }))

    expect(status).toBe(409)
    expect(json).toMatchObject({ status: '409', scimType: 'uniqueness' })
    expect(json.detail).toMatch(/user name is taken/)
  })

  it.each([
    ['an apostrophe', "o'brien@harbour.example"],
    ['a plus', 'noor+test@harbour.example'],
    ['letters beyond Latin-1', 'żaneta.żółć@harbour.example'],
    ['a quotation mark', 'noor"the-mooring"baker@harbour.example'],
  ])('with %s in the login is found by it', async (_, userName) => {
    const send = await newClient()
    await send('POST', '/Users', oktaUser({ userName }))

    const { json } = await send('GET', byName(userName))

    expect(json).toMatchObject({ totalResults: 1, Resources: [{ userName }] })
  })
})
