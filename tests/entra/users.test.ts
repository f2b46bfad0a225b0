import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, PUBLIC_BASE_URL, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

describe('Entra creates a user', () => {
  it('and finds it by its user name in any case, with everything that it sent', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()

    const created = await connector.scim('POST', '/Users', sent)
    const found = await connector.scim(
      'GET',
      `/Users?filter=${encodeURIComponent(`userName eq "${String(sent['userName']).toUpperCase()}"`)}`,
    )

    expect(created.status).toBe(201)
    expect(created.headers.get('content-type')).toBe('application/scim+json')
    expect(created.headers.get('location')).toBe(
      `${PUBLIC_BASE_URL}/scim/v2/${connector.id}/Users/${created.json.id}`,
    )
    const { roles: _, ...kept } = sent
    expect(created.json).toMatchObject({
      ...kept,
      meta: { resourceType: 'User', location: created.headers.get('location') },
    })
    expect(found.json).toMatchObject({
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      Resources: [created.json],
    })
  })
})
