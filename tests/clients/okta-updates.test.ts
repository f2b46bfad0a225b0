import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import {
  byName,
  CORE_USER,
  ENTERPRISE_USER,
  newName,
  okta,
  oktaUser,
  patch,
  type Client,
} from './fixtures.ts'

/* Okta's changes of people: by PUT of what it read, `active` by PATCH, and never by DELETE. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const newClient = async (): Promise<Client> => okta(await gatehouse.newConnector())

describe('a profile update of Okta', () => {
  it('sends back the whole resource as it was read, one name changed', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const { json: created } = await send('POST', '/Users', oktaUser({ title: 'Pilot' }))
    const members = [{ value: created.id, display: created.userName }]
    const group = await send('POST', '/Groups', { displayName: 'Pilots', members })
    const { json: read } = await send('GET', `/Users/${created.id}`)

    const body = { ...read, name: { ...read.name, familyName: 'Baker-Lie' }, displayName: 'Noor Baker-Lie' }
    const replaced = await send('PUT', `/Users/${created.id}`, body)
    const { json: after } = await send('GET', `/Users/${created.id}`)

    expect(read.groups).toEqual([expect.objectContaining({ value: group.json.id })])
    expect(replaced.status).toBe(200)
    expect(replaced.json).toMatchObject({ id: created.id, displayName: 'Noor Baker-Lie', title: 'Pilot' })
    const { meta, ...rest } = after
    expect({ ...rest, meta: { ...meta, lastModified: '', version: '' } }).toEqual({
      ...body,
      meta: { ...read.meta, lastModified: '', version: '' },
    })
    expect(meta.version).not.toBe(read.meta.version)
  })

  it('that repeats what was read changes nothing, not even the version', async () => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser())
    const { json: read } = await send('GET', `/Users/${created.id}`)

    const replaced = await send('PUT', `/Users/${created.id}`, read)

    expect(replaced.status).toBe(200)
    expect(replaced.json).toEqual(read)
  })

  it.each([
    ['another id', { id: 'somebody-else' }],
    ['invented groups', { groups: [{ value: 'x', display: 'Everybody' }] }],
    [
      'meta of its own',
      { meta: { resourceType: 'Group', created: '1999-01-01T00:00:00Z', version: 'W/"1"' } },
    ],
    ['an unknown attribute', { shoeSize: 41 }],
    ['an unknown extension', { 'urn:okta:harbour:1.0:user:custom': { berth: 'B-204' } }],
    ['a password', { password: 'correct horse battery' }],
  ])('with %s in it leaves that out', async (_, extra) => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser())

    const replaced = await send('PUT', `/Users/${created.id}`, { ...created, ...extra, displayName: 'New' })

    expect(replaced.status).toBe(200)
    expect((await send('GET', `/Users/${created.id}`)).json).toEqual(replaced.json)
    const { lastModified, version, ...meta } = replaced.json.meta
    expect({ ...replaced.json, meta }).toEqual({
      ...created,
      displayName: 'New',
      meta: { resourceType: 'User', created: created.meta.created, location: created.meta.location },
    })
    expect(version).not.toBe(created.meta.version)
    expect(lastModified >= created.meta.lastModified).toBe(true)
  })

  it('clears what it no longer names, the enterprise extension too', async () => {
    const send = await newClient()
    const full = oktaUser({
      title: 'Pilot',
      nickName: 'Noo',
      phoneNumbers: [{ value: '+47 55 00 00 01', type: 'work' }],
      schemas: [CORE_USER, ENTERPRISE_USER],
      [ENTERPRISE_USER]: { department: 'Harbour office' },
    })
    const { json: created } = await send('POST', '/Users', full)
    const { userName, name, emails, displayName } = created

    const replaced = await send('PUT', `/Users/${created.id}`, {
      schemas: [CORE_USER],
      userName,
      name,
      emails,
      displayName,
    })

    expect(created).toMatchObject({ title: 'Pilot', [ENTERPRISE_USER]: { department: 'Harbour office' } })
    expect(replaced.json).toEqual({
      schemas: [CORE_USER],
      id: created.id,
      userName,
      name,
      emails,
      displayName,
      active: true,
      meta: expect.anything(),
    })
  })

  it.each([true, false])('that does not say so leaves active at %s', async (active) => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser({ active }))
    const { active: _, ...body } = created

    const replaced = await send('PUT', `/Users/${created.id}`, { ...body, displayName: 'Somebody' })

    expect(replaced.json).toMatchObject({ active, displayName: 'Somebody' })
  })

  it('of an application made by the wizard deactivates and reactivates', async () => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser())

    const off = await send('PUT', `/Users/${created.id}`, { ...created, active: false })
    const on = await send('PUT', `/Users/${created.id}`, { ...off.json, active: true })

    expect([off.json.active, on.json.active]).toEqual([false, true])
  })

  it('changes the login, and frees the former one', async () => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser())
    const userName = newName()

    const renamed = await send('PUT', `/Users/${created.id}`, { ...created, userName })
    const old = await send('GET', byName(created.userName))
    const now = await send('GET', byName(userName))

    expect(renamed.json).toMatchObject({ id: created.id, userName })
    expect(old.json.totalResults).toBe(0)
    expect(now.json.Resources).toMatchObject([{ id: created.id }])
  })

  it('to a login that is taken is refused, and changes nothing', async () => {
    const send = await newClient()
    const { json: other } = await send('POST', '/Users', oktaUser())
    const { json: created } = await send('POST', '/Users', oktaUser())

    const refused = await send('PUT', `/Users/${created.id}`, {
      ...created,
      userName: other.userName.toUpperCase(),
      displayName: 'Impostor',
    })
    const { json: after } = await send('GET', `/Users/${created.id}`)

    expect(refused.status).toBe(409)
    expect(refused.json.scimType).toBe('uniqueness')
    expect(after).toEqual(created)
  })

  it('of somebody who is gone is 404', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const { json: created } = await send('POST', '/Users', oktaUser())
    await connector.scim('DELETE', `/Users/${created.id}`)

    const read = await send('GET', `/Users/${created.id}`)
    const replaced = await send('PUT', `/Users/${created.id}`, created)

    expect([read.status, replaced.status]).toEqual([404, 404])
    expect(replaced.json).toMatchObject({ status: '404' })
  })
})

describe('a deactivation of Okta', () => {
  it('by PATCH without a path answers with the whole user, and the reactivation too', async () => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oktaUser())
    const path = `/Users/${created.id}`

    const off = await send('PATCH', path, patch({ op: 'replace', value: { active: false } }))
    const again = await send('PATCH', path, patch({ op: 'replace', value: { active: false } }))
    const on = await send('PATCH', path, patch({ op: 'replace', value: { active: true } }))

    for (const { status } of [off, again, on]) expect(status).toBe(200)
    const { meta: _, ...rest } = created
    expect(off.json).toMatchObject({ ...rest, active: false })
    expect(again.json).toEqual(off.json)
    expect(on.json).toMatchObject(rest)
  })

  it('keeps the person, the login and the groups', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const { json: created } = await send('POST', '/Users', oktaUser())
    const { json: group } = await send('POST', '/Groups', {
      displayName: 'Pilots',
      members: [{ value: created.id, display: created.userName }],
    })
    await send('PATCH', `/Users/${created.id}`, patch({ op: 'replace', value: { active: false } }))

    const found = await send('GET', byName(created.userName))
    const taken = await send('POST', '/Users', oktaUser({ userName: created.userName }))
    const { json: read } = await send('GET', `/Users/${created.id}`)

    expect(found.json.Resources).toMatchObject([{ id: created.id, active: false }])
    expect(taken.status).toBe(409)
    expect(read.groups).toEqual([expect.objectContaining({ value: group.id })])
  })
})
