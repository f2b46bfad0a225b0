import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

describe('the users of a connector', () => {
  it('are read back with the role that counts and who brought them', async () => {
    const connector = await gatehouse.newConnector()
    const roles = [{ value: 'User' }, { value: 'enterpriseadmin' }, { value: 'Janitor' }]
    const created = await connector.scim('POST', '/Users', entraUser({ roles }))
    await connector.scim('POST', '/Users', entraUser())

    const page = await gatehouse.manage('GET', `${connector.managementPath}/users`)
    const found = await gatehouse.manage(
      'GET',
      `${connector.managementPath}/users?filter=${encodeURIComponent(`userName eq "${created.json.userName}"`)}`,
    )

    expect(page.json).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 2 })
    expect(page.json.users.map(({ role }: { role: string | null }) => role).toSorted()).toEqual([
      'EnterpriseAdmin',
      null,
    ])
    expect(found.json.users).toEqual([{ role: 'EnterpriseAdmin', origin: 'directory', user: created.json }])
  })

  it('can be imported, and Entra then finds them by name and does not create them anew', async () => {
    const connector = await gatehouse.newConnector()
    const users = [
      { userName: 'kept@fjordworks.example', displayName: 'Kept' },
      entraUser(),
      { userName: 'KEPT@fjordworks.example' },
      { displayName: 'Nameless' },
    ]

    const imported = await gatehouse.manage('POST', `${connector.managementPath}/users`, { users })
    const found = await connector.scim('GET', '/Users?filter=userName+eq+%22kept@fjordworks.example%22')
    const listed = await gatehouse.manage('GET', `${connector.managementPath}/users`)

    expect(imported.status).toBe(200)
    expect(imported.json.results.map(({ status }: { status: number }) => status)).toEqual([
      201, 201, 409, 400,
    ])
    expect(found.json.Resources).toMatchObject([{ id: imported.json.results[0].id, active: true }])
    expect(listed.json.users.map(({ origin }: { origin: string }) => origin)).toEqual([
      'platform',
      'platform',
    ])
  })

  it.each([
    ['no list', {}, 400],
    ['a list of its own', [], 400],
    ['more than 100', { users: Array.from({ length: 101 }, () => ({ userName: 'x' })) }, 413],
  ])('cannot be imported from %s', async (_, body, status) => {
    const connector = await gatehouse.newConnector()
    const answer = await gatehouse.manage('POST', `${connector.managementPath}/users`, body)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
  })

  it('are not found through another organization', async () => {
    const [one, other] = [await gatehouse.newConnector(), await gatehouse.newConnector()]
    const answer = await gatehouse.manage(
      'GET',
      `organizations/${one.organization}/connectors/${other.id}/users`,
    )
    expect(answer.status).toBe(404)
  })
})
