import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import {
  byName,
  ENTERPRISE_USER,
  idsOf,
  memberIds,
  newMembers,
  oneLogin,
  oneLoginUser,
  patch,
  type Client,
} from './fixtures.ts'

/* OneLogin's conversations: bodies filled from a template, blanks and nulls included; no reads of groups it knows. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const newClient = async (): Promise<Client> => oneLogin(await gatehouse.newConnector())

describe('a person of OneLogin', () => {
  it('is preceded by a question for somebody who cannot exist', async () => {
    const { status, json } = await (await newClient())('GET', byName('nobody@example.invalid'))

    expect(status).toBe(200)
    expect(json).toMatchObject({ totalResults: 0, Resources: [] })
  })

  it('is created from the template without what is blank in it, and found', async () => {
    const send = await newClient()
    const body = oneLoginUser()

    const created = await send('POST', '/Users', body)
    const found = await send('GET', byName(String(body['userName'])))

    expect(created.status).toBe(201)
    expect(created.json.id).toMatch(/./)
    const { userName, externalId, name, emails } = body
    expect(created.json).toMatchObject({ userName, externalId, name, emails, active: true })
    expect(created.json[ENTERPRISE_USER]).toMatchObject({ department: 'Harbour office' })
    expect(created.json).not.toHaveProperty('title')
    expect(found.json.Resources).toMatchObject([{ id: created.json.id, externalId }])
  })

  it('whose externalId comes as a number is refused by the name of the attribute', async () => {
    const send = await newClient()

    const { status, json } = await send('POST', '/Users', oneLoginUser({ externalId: 70_123_456 }))

    expect(status).toBe(400)
    expect(json.scimType).toBe('invalidValue')
    expect(json.detail).toContain('externalId')
  })

  it.each([
    ['true', true],
    ['false', false],
    ['True', true],
  ])('whose template says active "%s" as a text is active: %s', async (text, active) => {
    const { status, json } = await (await newClient())('POST', '/Users', oneLoginUser({ active: text }))

    expect(status).toBe(201)
    expect(json.active).toBe(active)
  })

  it('is updated by PUT of the template alone, which clears the rest', async () => {
    const connector = await gatehouse.newConnector()
    const send = oneLogin(connector)
    const body = oneLoginUser()
    const { json: created } = await send('POST', '/Users', { ...body, nickName: 'Noo', title: 'Pilot' })

    const replaced = await send('PUT', `/Users/${created.id}`, {
      ...body,
      [ENTERPRISE_USER]: { department: 'Dry dock', manager: null },
      displayName: 'Noor of the dock',
    })
    const { json: read } = await send('GET', `/Users/${created.id}`)

    expect(created).toMatchObject({ nickName: 'Noo', title: 'Pilot' })
    expect(replaced.status).toBe(200)
    expect(read).toMatchObject({ id: created.id, displayName: 'Noor of the dock', emails: body['emails'] })
    expect(read[ENTERPRISE_USER]).toEqual({ department: 'Dry dock' })
    expect(read).not.toHaveProperty('nickName')
    expect(read).not.toHaveProperty('title')
  })

  it('stays deactivated by a PUT that says nothing of active', async () => {
    const send = await newClient()
    const { active: _, ...body } = oneLoginUser()
    const { json: created } = await send('POST', '/Users', { ...body, active: false })

    const { json } = await send('PUT', `/Users/${created.id}`, { ...body, displayName: 'Noor' })

    expect(json).toMatchObject({ active: false, displayName: 'Noor' })
  })

  it('keeps a required address: a PUT without it is refused by name, and changes nothing', async () => {
    const send = await newClient()
    const body = oneLoginUser()
    const { json: created } = await send('POST', '/Users', body)
    const { emails: _, ...without } = body

    const refused = await send('PUT', `/Users/${created.id}`, { ...without, displayName: 'Noor' })

    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({ status: '400', scimType: 'invalidValue' })
    expect(refused.json.detail).toMatch(/e-mail address is missing/)
    expect((await send('GET', `/Users/${created.id}`)).json).toEqual(created)
  })

  it('loses the address where the connector does not require one', async () => {
    const connector = await gatehouse.newConnector({ requiredAttributes: [], uniqueEmail: false })
    const send = oneLogin(connector)
    const { emails: _, ...without } = oneLoginUser()
    const { json: created } = await send('POST', '/Users', oneLoginUser())

    const { status, json } = await send('PUT', `/Users/${created.id}`, without)

    expect(status).toBe(200)
    expect(json).not.toHaveProperty('emails')
  })

  it.each([
    ['a boolean', false, true],
    ['a text', 'false', 'true'],
    ['a text with a capital', 'False', 'True'],
  ])('is suspended and resumed by a PATCH on the path active with %s', async (_, off, on) => {
    const send = await newClient()
    const { json: created } = await send('POST', '/Users', oneLoginUser())
    const setActive = (value: unknown): ReturnType<Client> =>
      send('PATCH', `/Users/${created.id}`, patch({ op: 'replace', path: 'active', value }))

    const suspended = await setActive(off)
    const resumed = await setActive(on)

    expect([suspended.status, resumed.status]).toEqual([200, 200])
    expect([suspended.json.active, resumed.json.active]).toEqual([false, true])
    expect(resumed.json).toMatchObject({ userName: created.userName, emails: created.emails })
  })

  it('is deleted when OneLogin is told to, and created anew under another id', async () => {
    const send = await newClient()
    const body = oneLoginUser()
    const { json: created } = await send('POST', '/Users', body)

    const deleted = await send('DELETE', `/Users/${created.id}`)
    const gone = await send('GET', `/Users/${created.id}`)
    const anew = await send('POST', '/Users', body)

    expect([deleted.status, gone.status, anew.status]).toEqual([204, 404, 201])
    expect(deleted.text).toBe('')
    expect(anew.json.id).not.toBe(created.id)
  })

  it('with a template for SCIM 1.1 is refused with the schema to put there', async () => {
    const { status, json } = await (
      await newClient()
    )('POST', '/Users', oneLoginUser({ schemas: ['urn:scim:schemas:core:1.0'] }))

    expect(status).toBe(400)
    expect(json.detail).toContain('urn:ietf:params:scim:schemas:core:2.0:User')
  })
})

describe('a group of OneLogin', () => {
  it('is chosen from the list of all groups', async () => {
    const send = await newClient()
    for (const displayName of ['Divers', 'Crew']) await send('POST', '/Groups', { displayName })

    const { json } = await send('GET', '/Groups')

    const names = json.Resources.map(({ displayName }: { displayName: string }) => displayName)
    expect(new Set(names)).toEqual(new Set(['Crew', 'Divers']))
    expect(json.totalResults).toBe(2)
  })

  it('is created without schemas and members', async () => {
    const { status, json } = await (await newClient())('POST', '/Groups', { displayName: 'Crew' })

    expect(status).toBe(201)
    expect(json).toMatchObject({ displayName: 'Crew', meta: { resourceType: 'Group' } })
  })

  it.each([
    ['a list', (id: string): unknown => [{ value: id }]],
    ['one object', (id: string): unknown => ({ value: id })],
  ])('takes and loses a member that comes as %s', async (_, toValue) => {
    const connector = await gatehouse.newConnector()
    const send = oneLogin(connector)
    const [kept, passing] = await newMembers(connector, 2)
    const { json: group } = await send('POST', '/Groups', { displayName: 'Crew', members: [kept] })
    const value = toValue(String(passing?.value))
    const path = `/Groups/${group.id}`

    const added = await send('PATCH', path, patch({ op: 'add', path: 'members', value }))
    const both = await memberIds(connector, group.id)
    const removed = await send('PATCH', path, patch({ op: 'remove', path: 'members', value }))

    expect([added.status, removed.status]).toEqual([204, 204])
    expect(both).toHaveLength(2)
    expect(await memberIds(connector, group.id)).toEqual([kept?.value])
  })

  it('takes an addition twice as once, and a removal of a stranger as none', async () => {
    const connector = await gatehouse.newConnector()
    const send = oneLogin(connector)
    const [member, stranger] = await newMembers(connector, 2)
    const { json: group } = await send('POST', '/Groups', { displayName: 'Crew' })
    const path = `/Groups/${group.id}`
    const add = patch({ op: 'add', path: 'members', value: [member] })

    await send('PATCH', path, add)
    const again = await send('PATCH', path, add)
    const none = await send('PATCH', path, patch({ op: 'remove', path: 'members', value: [stranger] }))

    expect([again.status, none.status]).toEqual([204, 204])
    expect(await memberIds(connector, group.id)).toEqual([member?.value])
  })

  it('has its members replaced without a path', async () => {
    const connector = await gatehouse.newConnector()
    const send = oneLogin(connector)
    const [first, ...others] = await newMembers(connector, 3)
    const { json: group } = await send('POST', '/Groups', { displayName: 'Crew', members: [first] })

    const { status } = await send(
      'PATCH',
      `/Groups/${group.id}`,
      patch({ op: 'replace', value: { members: others } }),
    )

    expect(status).toBe(204)
    expect(await memberIds(connector, group.id)).toEqual(idsOf(others))
  })
})
