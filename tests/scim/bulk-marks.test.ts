import { expect, it } from 'vitest'
import { newGroup, newUser, sendBulk, statusesOf, type Operation } from '../conformance/bulk-request.ts'
import { RELAXED, useGatehouse } from '../conformance/connection.ts'

const gatehouse = useGatehouse()

/** The milestones that a bulk request sets on a connector of its own, by name. */
async function marksAfter(...operations: Operation[]): Promise<string[]> {
  const connector = await gatehouse().newConnector(RELAXED)
  await sendBulk(connector, operations)
  const { json } = await gatehouse().manage('GET', connector.managementPath)
  return Object.keys(json.marks)
    .filter((mark) => mark !== 'lastRequest')
    .toSorted((a, b) => a.localeCompare(b))
}

const OBJECT_ID = '8f2d7b9e-3c51-4d1a-9f60-2f3e8a7c1b44'

it.each<[string, Operation[], string[]]>([
  ['a user', [newUser('a')], ['firstUser']],
  ['a group', [newGroup('g', [])], ['firstGroup']],
  ['a user in a group', [newGroup('g', ['bulkId:a']), newUser('a')], ['firstGroup', 'firstUser']],
  ['a user with a role', [newUser('a', { roles: [{ value: 'User' }] })], ['firstUser', 'roles']],
  ['a user with its object id', [newUser('a', { externalId: OBJECT_ID })], ['firstUser', 'objectIds']],
  ['a user who is refused', [newUser('a', { userName: '' })], []],
  ['nothing new', [{ method: 'DELETE', path: `/Users/${OBJECT_ID}` }], []],
])('a bulk request that makes %s is a milestone as the single request is', async (_, operations, wanted) => {
  expect(await marksAfter(...operations)).toEqual(wanted)
})

it('a milestone that is reached in spite of a failure counts', async () => {
  const connector = await gatehouse().newConnector(RELAXED)
  const answer = await sendBulk(connector, [newUser('a', { userName: '' }), newUser('b')])
  expect(statusesOf(answer)).toEqual(['400', '201'])
  const { json } = await gatehouse().manage('GET', connector.managementPath)
  expect(json.marks.firstUser).toBeDefined()
})
