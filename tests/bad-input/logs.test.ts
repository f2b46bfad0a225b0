import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { hasUnstorableCharacters } from '../../shared/kernel/text.ts'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { filterQuery, plainUser, sendAsIs } from './fixtures.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

/** Runs requests and returns what they made the product log. */
async function logged(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = gatehouse.logLines.length
  await work()
  return gatehouse.logLines.slice(before)
}

async function notes(connector: TestConnector): Promise<string> {
  const { text } = await gatehouse.manage('GET', `${connector.managementPath}/activity?count=500`)
  return text
}

describe('the log', () => {
  it('has one line for each request, a JSON object of listed fields', async () => {
    const connector = await gatehouse.newConnector()

    const lines = await logged(async () => {
      await connector.scim('POST', '/Users', plainUser('mira'))
      await connector.scim('GET', '/Users/x')
      await connector.scim('GET', filterQuery('userName eq'))
      await gatehouse.manage('GET', connector.managementPath)
    })

    const fields =
      'time correlationId clientRequestId route method status ms connector organization credential scimType failure error'
    const objects = lines.map((line): object => JSON.parse(line))
    expect(
      objects.map((line) => Object.keys(line).filter((name) => !fields.split(' ').includes(name))),
    ).toEqual(objects.map(() => []))
    expect(objects).toMatchObject([
      { route: 'scim/v2/{connector}/Users/{id?}', method: 'POST', status: 201, connector: connector.id },
      { method: 'GET', status: 404 },
      { method: 'GET', status: 400, scimType: 'invalidFilter' },
      { route: 'management/organizations/{organization}/connectors/{connector}', status: 200 },
    ])
  })

  it.each([
    ['line ends', 'a%0d%0a{"forged":true}'],
    ['Unicode line ends', 'a%e2%80%a8{"forged":true}'],
    ['escapes of a terminal', 'a%1b[31m{"forged":true}'],
    ['braces', '{"forged":true}'],
  ])('cannot be forged by %s in paths and queries', async (_, text) => {
    const connector = await gatehouse.newConnector()

    const lines = await logged(async () => {
      await sendAsIs(gatehouse, connector, `/Users/${encodeURI(decodeURI(text))}`)
      await sendAsIs(gatehouse, connector, `/${encodeURI(decodeURI(text))}`)
      await sendAsIs(gatehouse, connector, `/Users?filter=${encodeURI(decodeURI(text))}`)
      await gatehouse.manage('GET', `organizations/${encodeURI(decodeURI(text))}`)
    })

    expect(lines).toHaveLength(4)
    for (const line of lines) {
      expect(line).not.toMatch(/\s\s|\n|\u2028|forged/)
      expect(hasUnstorableCharacters(line)).toBe(false)
      expect(Object.keys(JSON.parse(line))).toContain('correlationId')
    }
  })

  it.each([
    ['{"forged":true}'],
    ['a b'],
    ['mira@fjordworks.example'],
    [`x${'y'.repeat(200)}`],
    ['\u00e6\u00f8'],
  ])('takes no request id that is none: %s', async (id) => {
    const connector = await gatehouse.newConnector()

    const lines = await logged(() =>
      sendAsIs(gatehouse, connector, '/Users', { headers: ['client-request-id', id] }),
    )

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).not.toHaveProperty('clientRequestId')
  })

  it('takes the request id of Entra, and so does the activity', async () => {
    const connector = await gatehouse.newConnector()
    const id = crypto.randomUUID()

    const [line = ''] = await logged(() =>
      connector.scim('POST', '/Users', plainUser('mira'), { 'client-request-id': id }),
    )

    expect(JSON.parse(line)).toMatchObject({ clientRequestId: id })
    expect(await notes(connector)).toContain(id)
  })
})

describe('what customers call theirs', () => {
  const CANARY = 'kanarifugl'
  const address = (name: string): string => `${name}.${CANARY}@${CANARY}.example`

  const user = entraUser({
    userName: address('user'),
    externalId: `ext-${CANARY}`,
    displayName: `Display ${CANARY}`,
    title: `Title ${CANARY}`,
    name: { formatted: CANARY, givenName: `Given${CANARY}`, familyName: `Family${CANARY}` },
    emails: [{ type: 'work', primary: true, value: address('mail') }],
    phoneNumbers: [{ type: 'work', value: `+47 ${CANARY}` }],
  })

  /** Successful and failing requests of every kind, each with something of a person in it. */
  function requests(id: string, group: string): [string, string, unknown?][] {
    const named = { op: 'replace', value: `x ${CANARY}` }
    return [
      ['POST', '/Users', user],
      ['POST', '/Users', { ...user, emails: `wrong ${CANARY}` }],
      ['POST', '/Users', { ...user, userName: `${CANARY}\u0000` }],
      ['POST', '/Users', { userName: address('other'), emails: [{ value: address('mail') }] }],
      ['POST', '/Users', { ...plainUser(address('third')), emails: [{ value: address('mail') }] }],
      ['POST', '/Users', `{"userName": "${CANARY}"`],
      ['PUT', `/Users/${id}`, { ...user, title: `New ${CANARY}` }],
      ['PUT', `/Users/${id}`, { ...user, emails: [] }],
      ['PATCH', `/Users/${id}`, patchOp({ ...named, path: 'title' })],
      ['PATCH', `/Users/${id}`, patchOp({ ...named, path: `emails[value eq "${address('mail')}"].display` })],
      ['PATCH', `/Users/${id}`, patchOp({ ...named, path: `emails[value eq "${CANARY}"].colour` })],
      ['PATCH', `/Users/${id}`, patchOp({ ...named, path: `badges[name co "${CANARY}"].value` })],
      ['PATCH', `/Users/${id}`, patchOp({ ...named, path: 'active' })],
      ['PATCH', `/Users/${id}`, patchOp({ op: 'remove', path: `emails[value eq "${CANARY}` })],
      ['PATCH', `/Users/${id}`, patchOp({ op: CANARY, path: 'title' })],
      ['GET', filterQuery(`userName eq "${address('user')}"`)],
      ['GET', filterQuery(`emails[type eq "work"].value eq "${address('mail')}"`)],
      ['GET', filterQuery(`displayName co "${CANARY}"`)],
      ['GET', filterQuery(`userName eq "${CANARY}`)],
      ['GET', filterQuery(`${CANARY}@x eq 1`)],
      ['GET', `/Users/${address('user')}`],
      ['GET', `/${CANARY}`],
      ['GET', `/Users?attributes=${CANARY}..x`],
      ['GET', `/Users?count=${CANARY}`],
      ['DELETE', `/Groups/${CANARY}`],
      ['POST', '/Groups', { displayName: `Group ${CANARY}`, externalId: CANARY, members: [{ value: id }] }],
      ['POST', '/Groups', { displayName: `Group ${CANARY}` }],
      ['POST', '/Groups', { displayName: 'A', members: [{ value: address('member') }] }],
      ['PATCH', `/Groups/${group}`, patchOp({ ...named, path: 'displayName' })],
      ['PATCH', `/Groups/${group}`, patchOp({ op: 'add', path: 'members', value: [{ value: CANARY }] })],
      [
        'PATCH',
        `/Groups/${group}`,
        patchOp({ op: 'add', path: 'members', value: [{ value: CANARY }, { value: id }] }),
      ],
      ['PATCH', `/Groups/${group}`, patchOp({ op: 'remove', path: `members[value eq "${CANARY}"]` })],
      ['PATCH', `/Groups/${group}`, patchOp({ op: 'add', path: `owners[value eq "${CANARY}"]`, value: 'x' })],
      ['PUT', `/Users/${id}?x=${CANARY}`, []],
      ['DELETE', `/Users/${id}`],
    ]
  }

  it('stands in no line of the log and no row of the activity', async () => {
    const connector = await gatehouse.newConnector()
    const { json: first } = await connector.scim('POST', '/Users', plainUser('mira'))
    const { json: group } = await connector.scim('POST', '/Groups', { displayName: 'Crew' })
    const statuses: number[] = []

    const lines = await logged(async () => {
      for (const [method, path, body] of requests(first.id, group.id))
        statuses.push((await connector.scim(method, path, body)).status)
    })

    expect(new Set(statuses)).toEqual(new Set([200, 201, 204, 400, 404, 409]))
    expect(lines).toHaveLength(statuses.length)
    expect(lines.filter((line) => line.includes(CANARY))).toEqual([])
    const rows = await notes(connector)
    expect(JSON.parse(rows).activity.length).toBeGreaterThan(20)
    expect(rows).not.toContain(CANARY)
  })

  it('stands in no line when the management API is told of it', async () => {
    const connector = await gatehouse.newConnector()
    const users = [user, { userName: CANARY, emails: 5 }, user]

    const lines = await logged(async () => {
      await gatehouse.manage('POST', 'organizations', { name: `Org ${CANARY}`, plan: 'enterprise' })
      await gatehouse.manage('POST', 'organizations', { name: CANARY, plan: CANARY })
      await gatehouse.manage('POST', 'organizations', `{"name":"${CANARY}`)
      await gatehouse.manage('POST', `${connector.managementPath}/users`, { users })
      await gatehouse.manage('GET', connector.managementPath + filterQuery(`id eq "${CANARY}"`).toLowerCase())
      await gatehouse.manage('GET', `${connector.managementPath}/users?filter=${CANARY}`)
      await gatehouse.manage('PATCH', connector.managementPath, { [CANARY]: CANARY })
      await gatehouse.manage('GET', `organizations/${CANARY}/connectors/${CANARY}`)
    })

    expect(lines).toHaveLength(8)
    expect(lines.filter((line) => line.includes(CANARY))).toEqual([])
    expect(await notes(connector)).not.toContain(CANARY)
  })
})

describe('secrets', () => {
  it('stand in no line, no activity and no answer but the one that made them', async () => {
    const connector = await gatehouse.newConnector()
    const wrong = newSecret('scim')
    const passwords = [connector.password, wrong]
    const answers: string[] = []

    const lines = await logged(async () => {
      const made = await gatehouse.manage('POST', `${connector.managementPath}/scim-secrets`)
      passwords.push(made.json.password)
      const basic = Buffer.from(`${connector.id}:${made.json.password}`).toString('base64')
      passwords.push(basic)
      for (const authorization of [
        `Bearer ${made.json.password}`,
        `Basic ${basic}`,
        `Bearer ${wrong}`,
        `Bearer ${wrong} ${wrong}`,
        `Digest ${connector.password}`,
        connector.password,
      ])
        answers.push((await connector.scim('GET', '/Users', undefined, { authorization })).text)
      answers.push((await connector.scim('GET', `/Users/${connector.password}`)).text)
      answers.push((await connector.scim('GET', `/Users?access_token=${connector.password}`)).text)
      answers.push((await gatehouse.manage('GET', connector.managementPath)).text)
      answers.push((await gatehouse.manage('POST', `${connector.managementPath}/scim-secrets`)).text)
    })

    const everything = [...lines, ...answers, await notes(connector)].join('\n')
    expect(lines).toHaveLength(11)
    for (const password of passwords) expect(everything).not.toContain(password)
    expect(everything).not.toMatch(/[0-9a-f]{64}/)
    expect(everything).not.toMatch(/authorization/i)
  })
})
