import { HttpRequest } from '@azure/functions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readJsonBody } from '../../shared/http/request-body.ts'
import { failureOf } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { createTurns } from '../../shared/kernel/turns.ts'
import { entraGroup, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { filterQuery, plainUser, rawRefusal, refusal, sendAsIs } from './fixtures.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const inTime = { turns: createTurns(), deadline: Number.POSITIVE_INFINITY }

/** A JSON object of exactly that many bytes. */
const objectOf = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`

describe('the size of a body', () => {
  it.each([
    ['POST', '/Users', LIMITS.bodyBytes],
    ['PUT', '/Users/x', LIMITS.bodyBytes],
    ['PATCH', '/Users/x', LIMITS.bodyBytes],
    ['POST', '/Groups', LIMITS.largeBodyBytes],
    ['PUT', '/Groups/x', LIMITS.largeBodyBytes],
    ['PATCH', '/Groups/x', LIMITS.largeBodyBytes],
  ])('of %s %s may be %d bytes and not one more', async (method, path, bytes) => {
    const connector = await gatehouse.newConnector()

    const most = await connector.scim(method, path, objectOf(bytes))
    const more = await connector.scim(method, path, objectOf(bytes + 1))

    expect(most.status).not.toBe(413)
    expect(refusal(more)).toBe('413')
  })

  it('is refused by its header alone, before a byte of the body is read', async () => {
    const request = new HttpRequest({
      url: 'https://gatehouse.example/scim/v2/x/Users',
      method: 'POST',
      headers: { 'content-length': String(LIMITS.bodyBytes + 1) },
    })
    // A client that announces a body and never sends it.
    const silent = Object.assign(request, { arrayBuffer: () => new Promise<ArrayBuffer>(() => undefined) })

    const failure = await readJsonBody(silent, LIMITS.bodyBytes, inTime).catch(failureOf)

    expect(failure).toMatchObject({ code: 'too_large' })
  })

  it('is refused too where the header understates it', async () => {
    const request = new HttpRequest({
      url: 'https://gatehouse.example/scim/v2/x/Users',
      method: 'POST',
      headers: { 'content-length': '2', 'content-type': 'application/json' },
      body: { string: objectOf(LIMITS.bodyBytes + 1) },
    })

    const failure = await readJsonBody(request, LIMITS.bodyBytes, inTime).catch(failureOf)

    expect(failure).toMatchObject({ code: 'too_large' })
  })
})

describe('a body that the host would lose or that is packed', () => {
  it.each([
    ['is chunked', [], true, 411],
    ['is gzip', ['content-encoding', 'gzip'], false, 415],
    ['is brotli', ['content-encoding', 'br'], false, 415],
    ['is packed twice', ['content-encoding', 'gzip, gzip'], false, 415],
    ['is UTF-16 by its header', ['content-type', 'application/json; charset=utf-16'], false, 415],
    ['is Latin-1 by its header', ['content-type', 'application/scim+json;charset="iso-8859-1"'], false, 415],
    ['is a form', ['content-type', 'application/x-www-form-urlencoded'], false, 415],
    ['is XML', ['content-type', 'application/xml'], false, 415],
    ['is plain text', ['content-type', 'text/plain'], false, 415],
  ])('and %s is refused', async (_, headers, chunked, status) => {
    const connector = await gatehouse.newConnector()
    const body = JSON.stringify(plainUser('mira@fjordworks.example'))

    for (const [method, path] of [
      ['POST', '/Users'],
      ['PATCH', '/Groups/x'],
    ] as const)
      expect(rawRefusal(await sendAsIs(gatehouse, connector, path, { method, headers, body, chunked }))).toBe(
        String(status),
      )
  })

  it.each([
    'application/scim+json',
    'application/json',
    'application/scim+json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'APPLICATION/SCIM+JSON; charset=UTF-8',
  ])('but %s is taken', async (type) => {
    const connector = await gatehouse.newConnector()
    const body = JSON.stringify(plainUser('mira@fjordworks.example'))
    const headers = ['content-type', type]

    const answer = await sendAsIs(gatehouse, connector, '/Users', { method: 'POST', headers, body })

    expect(answer).toMatchObject({ status: 201 })
  })
})

describe('counts within a request', () => {
  const operation = { op: 'replace', path: 'title', value: 'x' }

  it(`are ${LIMITS.patchOperations} operations of a PATCH at most`, async () => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))
    const most = patchOp(...Array.from({ length: LIMITS.patchOperations }, () => operation))
    const more = patchOp(...Array.from({ length: LIMITS.patchOperations + 1 }, () => operation))

    expect((await connector.scim('PATCH', `/Users/${user.id}`, most)).status).toBe(200)
    expect(refusal(await connector.scim('PATCH', `/Users/${user.id}`, more))).toBe('413')
    expect(refusal(await connector.scim('PATCH', `/Groups/${user.id}`, more))).toBe('413')
  })

  it('stop 60,000 operations at once, long before they are read one by one', async () => {
    const connector = await gatehouse.newConnector()
    const flood = `{"Operations":[${'{"op":"x"},'.repeat(60_000)}{}]}`

    expect(refusal(await connector.scim('PATCH', '/Users/x', flood))).toBe('413')
  })

  it(`are ${LIMITS.membersPerRequest} members at most, in any kind of write`, async () => {
    const connector = await gatehouse.newConnector()
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
    const members = Array.from({ length: LIMITS.membersPerRequest + 1 }, () => ({
      value: crypto.randomUUID(),
    }))
    const half = members.slice(0, LIMITS.membersPerRequest / 2 + 1)
    const other = half.map(() => ({ value: crypto.randomUUID() }))

    expect(refusal(await connector.scim('POST', '/Groups', entraGroup({ members })))).toBe('413')
    expect(refusal(await connector.scim('PUT', `/Groups/${group.id}`, entraGroup({ members })))).toBe('413')
    for (const operations of [
      [{ op: 'add', path: 'members', value: members }],
      [{ op: 'remove', path: 'members', value: members }],
      [{ op: 'replace', value: { members } }],
      [half, other].map((value) => ({ op: 'add', path: 'members', value })),
    ])
      expect(refusal(await connector.scim('PATCH', `/Groups/${group.id}`, patchOp(...operations)))).toBe(
        '413',
      )
  })

  it(`are ${LIMITS.emailsPerUser} e-mail addresses of a user at most`, async () => {
    const connector = await gatehouse.newConnector()
    const emails = Array.from({ length: LIMITS.emailsPerUser }, (_, i) => ({
      value: `m${i}@fjordworks.example`,
    }))

    const created = await connector.scim('POST', '/Users', plainUser('mira', { emails }))
    const added = { op: 'add', path: 'emails', value: [{ value: 'one-more@fjordworks.example' }] }

    expect(created.status).toBe(201)
    expect(
      refusal(
        await connector.scim('POST', '/Users', plainUser('nils', { emails: [...emails, { value: 'x' }] })),
      ),
    ).toBe('400 invalidValue')
    expect(refusal(await connector.scim('PATCH', `/Users/${created.json.id}`, patchOp(added)))).toBe(
      '400 invalidValue',
    )
  })

  it(`are ${LIMITS.valuesPerAttribute} values of any other attribute at most, added at once or bit by bit`, async () => {
    const connector = await gatehouse.newConnector()
    const add = { op: 'add', path: 'phoneNumbers' }
    const values = Array.from({ length: LIMITS.valuesPerAttribute }, (_, i) => ({ value: `+47 ${i}` }))
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))

    const full = await connector.scim('PATCH', `/Users/${user.id}`, patchOp({ ...add, value: values }))
    const more = await connector.scim(
      'PATCH',
      `/Users/${user.id}`,
      patchOp({ ...add, value: { value: '+47' } }),
    )
    const atOnce = plainUser('nils', { phoneNumbers: [...values, { value: '+47' }] })

    expect(full.status).toBe(200)
    expect(refusal(more)).toBe('400 invalidValue')
    expect(refusal(await connector.scim('POST', '/Users', atOnce))).toBe('400 invalidValue')
  })
})

describe('the length of a text', () => {
  it(`is ${LIMITS.stringLength} UTF-16 units at most`, async () => {
    const connector = await gatehouse.newConnector()
    const title = '𝒙'.repeat(LIMITS.stringLength / 2)

    const most = await connector.scim('POST', '/Users', plainUser('mira', { title }))

    expect(most.status).toBe(201)
    expect(most.json.title).toBe(title)
    expect(refusal(await connector.scim('POST', '/Users', plainUser('nils', { title: `${title}x` })))).toBe(
      '400 invalidValue',
    )
  })

  it.each(['userName', 'externalId', 'displayName', 'emails'])(
    `is ${LIMITS.indexedValueLength} in %s, which is looked up`,
    async (name) => {
      const connector = await gatehouse.newConnector()
      const withLength = (length: number) => {
        const text = 'ø'.repeat(length)
        return plainUser('mira', { [name]: name === 'emails' ? [{ value: text }] : text })
      }

      const most = await connector.scim('POST', '/Users', withLength(LIMITS.indexedValueLength))

      expect(most).toMatchObject({ status: 201 })
      expect(refusal(await connector.scim('POST', '/Users', withLength(LIMITS.indexedValueLength + 1)))).toBe(
        '400 invalidValue',
      )
    },
  )

  it('of all attributes together is what the store holds', async () => {
    const connector = await gatehouse.newConnector()
    const long = 'x'.repeat(LIMITS.stringLength)
    const addresses = Array.from({ length: 13 }, (_, i) => ({ type: `t${i}`, formatted: long }))
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))
    const add = patchOp({ op: 'add', path: 'addresses', value: addresses })

    expect(refusal(await connector.scim('POST', '/Users', plainUser('nils', { addresses })))).toBe(
      '400 invalidValue',
    )
    expect(refusal(await connector.scim('PATCH', `/Users/${user.id}`, add))).toBe('400 invalidValue')
    expect((await connector.scim('GET', `/Users/${user.id}`)).json.addresses).toBeUndefined()
  })
})

describe('a list', () => {
  it.each([
    [`${LIMITS.maxCount + 1}`, 3],
    ['999999999999999', 3],
    ['0', 0],
    ['-5', 0],
    ['1', 1],
  ])('with count=%s shows %d of 3 users', async (count, shown) => {
    const connector = await gatehouse.newConnector()
    for (const name of ['a', 'b', 'c']) await connector.scim('POST', '/Users', plainUser(name))

    const { status, json } = await connector.scim('GET', `/Users?count=${count}`)

    expect(status).toBe(200)
    expect(json).toMatchObject({ totalResults: 3, itemsPerPage: shown })
  })

  it.each(['x', '1.5', '1e3', '0x10', '9'.repeat(16), '1;drop', '%00'])('refuses count=%s', async (count) => {
    const connector = await gatehouse.newConnector()

    expect(refusal(await connector.scim('GET', `/Users?count=${count}`))).toBe('400 invalidValue')
    expect(refusal(await connector.scim('GET', `/Users?startIndex=${count}`))).toBe('400 invalidValue')
  })

  it(`shows ${LIMITS.maxCount} at most, and ${LIMITS.scannedResources} users are searched without an index but not more`, async () => {
    const connector = await gatehouse.newConnector({ uniqueEmail: false })
    await importUsers(connector.managementPath, 0, LIMITS.scannedResources)

    const page = await connector.scim('GET', '/Users?count=1000&attributes=userName')
    const searched = await connector.scim('GET', `${filterQuery('title eq "T7"')}&attributes=userName`)
    await importUsers(connector.managementPath, LIMITS.scannedResources, 1)
    const refused = await connector.scim('GET', filterQuery('title eq "T7"'))
    const indexed = await connector.scim('GET', filterQuery('userName eq "user7" and title eq "T7"'))

    expect(page.json).toMatchObject({
      totalResults: LIMITS.scannedResources,
      itemsPerPage: LIMITS.maxCount,
    })
    expect(searched.json).toMatchObject({ totalResults: 1, Resources: [{ userName: 'user7' }] })
    expect(refusal(refused)).toBe('400 tooMany')
    expect(indexed.json.totalResults).toBe(1)
  })
})

async function importUsers(path: string, first: number, count: number): Promise<void> {
  const users = Array.from({ length: count }, (_, i) =>
    plainUser(`user${first + i}`, { title: `T${first + i}` }),
  )
  for (let i = 0; i < users.length; i += LIMITS.importedUsers) {
    const some = users.slice(i, i + LIMITS.importedUsers)
    const { json } = await gatehouse.manage('POST', `${path}/users`, { users: some })
    expect(json.results.filter(({ status }: { status: number }) => status !== 201)).toEqual([])
  }
}
