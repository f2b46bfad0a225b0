import { describe, expect, it } from 'vitest'
import { taken, useGatehouse, verdict } from '../conformance/connection.ts'
import { created, newCustomConnector, OWN } from '../conformance/custom.ts'
import { patchOp, type TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => newCustomConnector(gatehouse())

/** Type, value as it is sent, value as it comes back. */
const TAKEN: readonly [string, unknown, unknown][] = [
  ['string', 'Ünïcode "quoted" \\ 𝄞', 'Ünïcode "quoted" \\ 𝄞'],
  ['boolean', true, true],
  ['boolean', 'False', false],
  ['boolean', 'TRUE', true],
  ['integer', 0, 0],
  ['integer', -7, -7],
  ['integer', '42', 42],
  ['integer', 7.0, 7],
  ['decimal', 1.5, 1.5],
  ['decimal', '-0.25', -0.25],
  ['decimal', 3, 3],
  ['dateTime', '2026-05-01T08:00:00Z', '2026-05-01T08:00:00Z'],
  ['dateTime', '2026-05-01T08:00:00.123+02:00', '2026-05-01T08:00:00.123+02:00'],
  ['reference', 'https://x.example/a?b=c#d', 'https://x.example/a?b=c#d'],
]

const REFUSED: readonly [string, unknown][] = [
  ['string', 7],
  ['string', true],
  ['string', { a: 1 }],
  ['string', ['a', 'b']],
  ['boolean', 'maybe'],
  ['boolean', 1],
  ['integer', 'seven'],
  ['integer', 1.5],
  ['integer', '1.5'],
  ['integer', '0x10'],
  ['integer', 1e300],
  ['integer', true],
  ['decimal', 'a'],
  ['decimal', '1e999'],
  ['decimal', false],
  ['dateTime', 'yesterday'],
  ['dateTime', '2026-05-01'],
  ['dateTime', '2026-05-01T25:00:00Z'],
  ['dateTime', '1 May 2026 08:00:00'],
  ['dateTime', 20260501],
  ['reference', 7],
]

/** Each way in which a value comes in. */
const WAYS: readonly [string, (attribute: string, value: unknown) => readonly [string, object]][] = [
  ['POST', (name, value) => ['POST', { [OWN]: { [name]: value } }]],
  ['POST with the whole name', (name, value) => ['POST', { [`${OWN}:${name}`]: value }]],
  ['PUT', (name, value) => ['PUT', { [OWN]: { [name]: value } }]],
  ['PATCH add by path', (name, value) => ['PATCH', { op: 'Add', path: `${OWN}:${name}`, value }]],
  ['PATCH replace by path', (name, value) => ['PATCH', { op: 'replace', path: `${OWN}:${name}`, value }]],
  [
    'PATCH of the extension',
    (name, value) => ['PATCH', { op: 'replace', path: OWN, value: { [name]: value } }],
  ],
  ['PATCH without path', (name, value) => ['PATCH', { op: 'replace', value: { [`${OWN}:${name}`]: value } }]],
  ['PATCH of an object', (name, value) => ['PATCH', { op: 'add', value: { [OWN]: { [name]: value } } }]],
]

async function write(connector: TestConnector, way: (typeof WAYS)[number][1], name: string, value: unknown) {
  const [method, body] = way(name, value)
  if (method === 'POST') return connector.scim('POST', '/Users', { userName: crypto.randomUUID(), ...body })
  const user = await created(connector, {})
  const sent =
    method === 'PUT' ? { userName: user.userName, ...body } : patchOp(body as Record<string, unknown>)
  return connector.scim(method, `/Users/${user.id}`, sent)
}

describe.each(WAYS)('a custom attribute by %s', (_, way) => {
  it('keeps its value, in its type', async () => {
    const connector = await newConnector()
    for (const [type, sent, stored] of TAKEN) {
      const answer = await write(connector, way, `a-${type}`, sent)
      expect([answer.status, answer.json[OWN]], `${type} ${JSON.stringify(sent)}`).toEqual([
        answer.status < 300 ? answer.status : 200,
        { [`a-${type}`]: stored },
      ])
      const read = await taken(connector, 'GET', `/Users/${answer.json.id}`)
      expect(read.json[OWN]).toEqual({ [`a-${type}`]: stored })
      expect(read.json.schemas).toContain(OWN)
    }
  })

  it('refuses a value of another type', async () => {
    const connector = await newConnector()
    for (const [type, sent] of REFUSED)
      expect(
        verdict(await write(connector, way, `a-${type}`, sent)),
        `${type} ${JSON.stringify(sent)}`,
      ).toEqual([400, 'invalidValue'])
  })
})
