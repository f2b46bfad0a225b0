import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { filterQuery, hostOf, plainUser, refusal, sendAsIs } from './fixtures.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const quoted = (text: string): string => JSON.stringify(text)
/** Every printable ASCII character within a name. */
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).map((c) => `a${c}b`)

describe('two user names are one', () => {
  it.each([
    ['of different case', 'Mira@Fjord.example', 'mira@fjord.example'],
    ['full width and ASCII', 'ｍｉｒａ', 'mira'],
    ['long s and s', 'moſs', 'moss'],
    ['a ligature and its letters', 'ﬁnn', 'finn'],
    ['the Kelvin sign and k', '\u212aarl', 'karl'],
    ['composed and decomposed', 'bj\u00f6rn', 'bjo\u0308rn'],
    ['of different case beyond ASCII', 'ÅSE', 'åse'],
    ['superscript and digit', 'mira²', 'mira2'],
  ])('%s: %s and %s', async (_, first, second) => {
    const connector = await gatehouse.newConnector()

    const created = await connector.scim('POST', '/Users', plainUser(first))
    const again = await connector.scim('POST', '/Users', plainUser(second))
    const found = await connector.scim('GET', filterQuery(`userName eq ${quoted(second)}`))

    expect(created.json.userName).toBe(first)
    expect(refusal(again)).toBe('409 uniqueness')
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ userName: first }] })
  })
})

describe('two user names are two', () => {
  it.each([
    ['dotless i and i', 'ırma', 'irma'],
    ['I with dot and i', 'İrma', 'irma'],
    ['sharp s and ss', 'strauß', 'strauss'],
    ['Cyrillic and Latin a', 'mirа', 'mira'],
    ['with a zero-width space and without', 'mi\u200bra', 'mira'],
    ['with a zero-width joiner and without', 'mi\u200dra', 'mira'],
    ['with a direction mark and without', 'mi\u202era', 'mira'],
    ['with a soft hyphen and without', 'mi\u00adra', 'mira'],
    ['with a blank at its end and without', 'mira ', 'mira'],
  ])('%s, stored and returned as sent', async (_, first, second) => {
    const connector = await gatehouse.newConnector()

    for (const name of [first, second]) {
      const { status, json } = await connector.scim('POST', '/Users', plainUser(name))
      const found = await connector.scim('GET', filterQuery(`userName eq ${quoted(name)}`))
      expect(status).toBe(201)
      expect(json.userName).toBe(name)
      expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ id: json.id, userName: name }] })
    }
  })
})

describe('characters that cannot be stored', () => {
  const BAD = [
    ...Array.from({ length: 32 }, (_, i) => i).filter((i) => ![9, 10, 13].includes(i)),
    0x7f,
    0xd800,
    0xdbff,
    0xdc00,
    0xdfff,
  ].map((code) => `\\u${code.toString(16).padStart(4, '0')}`)

  it.each(BAD)('%s are refused wherever they stand', async (escape) => {
    const connector = await gatehouse.newConnector()
    const put = (name: string): string =>
      JSON.stringify(plainUser('mira', { [name]: 'HERE' })).replace('HERE', `x${escape}y`)

    for (const name of ['userName', 'externalId', 'displayName', 'title', 'nobodyKnowsThis'])
      expect(refusal(await connector.scim('POST', '/Users', put(name)))).toBe('400 invalidValue')
    const inName = `{"userName":"mira","x${escape}y":1}`
    const inPath = `{"Operations":[{"op":"add","path":"x${escape}y","value":1}]}`
    expect(refusal(await connector.scim('POST', '/Users', inName))).toBe('400 invalidValue')
    expect(refusal(await connector.scim('PATCH', '/Users/x', inPath))).toBe('400 invalidValue')
  })

  it('are no match in a filter, and no fault', async () => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', plainUser('mira'))

    for (const escape of BAD) {
      const { status, json } = await connector.scim('GET', filterQuery(`userName eq "mira${escape}"`))
      expect({ escape, status, total: json.totalResults }).toEqual({ escape, status: 200, total: 0 })
    }
  })

  it('that look like them are stored: tabs, line ends, emoji, private use, the end of planes', async () => {
    const connector = await gatehouse.newConnector()

    for (const text of [
      'a\tb',
      'a\nb',
      'a\r\nb',
      '😀',
      '\ue000',
      '\uffff',
      '\u{10ffff}',
      '\u2028',
      '\u0085',
    ]) {
      const user = plainUser(`x${text}`, { externalId: text, displayName: text, title: text })
      const { status, json } = await connector.scim('POST', '/Users', user)
      const read = await connector.scim('GET', `/Users/${json.id}`)
      expect(status).toBe(201)
      expect(read.json).toMatchObject({ userName: `x${text}`, externalId: text, displayName: text })
    }
  })
})

describe('every ASCII character', () => {
  it('may stand in user name, external id and display name, which are found by it', async () => {
    const connector = await gatehouse.newConnector()

    for (const name of ASCII.filter((text) => text === text.toLowerCase())) {
      const user = plainUser(name, { externalId: name, displayName: name })
      const { status, json } = await connector.scim('POST', '/Users', user)
      expect({ name, status }).toEqual({ name, status: 201 })
      for (const attribute of ['userName', 'externalId']) {
        const found = await connector.scim('GET', filterQuery(`${attribute} eq ${quoted(name)}`))
        expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ id: json.id, displayName: name }] })
      }
    }
  })

  it('may stand in the names of groups', async () => {
    const connector = await gatehouse.newConnector()

    for (const name of ASCII.filter((text) => text === text.toLowerCase())) {
      const { status } = await connector.scim('POST', '/Groups', { displayName: name, externalId: name })
      const query = `/Groups?filter=${encodeURIComponent(`displayName eq ${quoted(name)}`)}`
      expect({ name, status }).toEqual({ name, status: 201 })
      expect((await connector.scim('GET', query)).json).toMatchObject({
        totalResults: 1,
        Resources: [{ displayName: name, externalId: name }],
      })
    }
  })

  it('in an id is an id that nobody has', async () => {
    const connector = await gatehouse.newConnector()
    const ids = ASCII.map(encodeURIComponent)

    for (const id of [...ids, '%2F', '%2e%2e%2f', '%252F', '%C3%B8', '%F0%9F%98%80', 'a'.repeat(3_000)])
      for (const endpoint of ['Users', 'Groups', 'ResourceTypes', 'Schemas'])
        expect(refusal(await connector.scim('GET', `/${endpoint}/${id}`))).toBe('404')
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('in the id of a %s is one too', async (method) => {
    const connector = await gatehouse.newConnector()
    const body = {
      PUT: { ...plainUser('mira'), displayName: 'x' },
      PATCH: patchOp({ op: 'replace', path: 'displayName', value: 'x' }),
    }[method]

    for (const id of ASCII.map(encodeURIComponent))
      for (const endpoint of ['Users', 'Groups'])
        expect(
          refusal(await connector.scim(method, `/${endpoint}/${id}`, body && { ...body, schemas: [] })),
        ).toBe('404')
  })

  it.each([
    '/Users/%00',
    '/Users/%',
    '/Users/%zz',
    '/Users/%ff',
    '/Users/\u007f',
    '/Users/a;b=c',
    '/Users//x',
  ])('sent raw in a path such as %s is never a fault of ours', async (path) => {
    const connector = await gatehouse.newConnector()

    const { status } = await sendAsIs(gatehouse, connector, path)

    expect([400, 404]).toContain(status)
  })

  it('in an address outside SCIM is no fault either', async () => {
    for (const text of ASCII.map(encodeURIComponent)) {
      const answers = await Promise.all(
        [`management/organizations/${text}`, `scim/v2/${text}/Users`, text].map((path) =>
          fetch(`http://127.0.0.1:${hostOf(gatehouse).port}/${path}`, { redirect: 'manual' }),
        ),
      )
      expect(answers.map(({ status }) => status)).toEqual([404, 401, 404])
    }
  })
})
