import { expect, it } from 'vitest'
import { newUser } from '../conformance/bulk-request.ts'
import { RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'
import { CORE_USER } from '../../shared/scim/schema/attribute.ts'

const gatehouse = useGatehouse()

const urn = (name: string): string => `urn:ietf:params:scim:api:messages:2.0:${name}`

/** The answer to a message of each kind on a connector of its own, by name of the message. */
async function send(name: string, schemas: unknown): Promise<unknown> {
  const connector = await gatehouse().newConnector(RELAXED)
  const { id } = (await taken(connector, 'POST', '/Users', { userName: 'a' })).json
  const said = schemas === undefined ? {} : { schemas }
  const requests: Record<string, [string, string, object]> = {
    PatchOp: [
      'PATCH',
      `/Users/${id}`,
      { Operations: [{ op: 'replace', path: 'displayName', value: 'New' }] },
    ],
    BulkRequest: ['POST', '/Bulk', { Operations: [newUser('b', { displayName: 'New' })] }],
    SearchRequest: ['POST', '/.search', { filter: 'userName eq "a"' }],
    'SearchRequest of users': ['POST', '/Users/.search', { filter: 'userName eq "a"' }],
  }
  const [method, path, body] = requests[name] ?? ['GET', '/', {}]
  const answer = await connector.scim(method, path, { ...said, ...body })
  if (answer.status === 200) return 200
  const { json } = await taken(connector, 'GET', '/Users?filter=displayName%20eq%20%22New%22')
  expect(json.totalResults).toBe(0)
  return verdict(answer)
}

const MESSAGES = ['PatchOp', 'BulkRequest', 'SearchRequest', 'SearchRequest of users']
const ownOf = (name: string): string => urn(name.split(' ')[0] ?? '')

it.each(MESSAGES)('%s is refused with other schemas than its own, and nothing is done', async (name) => {
  const foreign = [[CORE_USER], [urn('ListResponse')], [urn('Error'), CORE_USER], [7], CORE_USER]
  for (const schemas of foreign) expect(await send(name, schemas)).toEqual([400, 'invalidSyntax'])
})

it.each(MESSAGES)(
  '%s is taken with its own schema among others, in any case, and without any',
  async (name) => {
    const own = ownOf(name)
    for (const schemas of [[own], [CORE_USER, own], [own.toLowerCase()], own, [], null, undefined])
      expect(await send(name, schemas)).toBe(200)
  },
)
