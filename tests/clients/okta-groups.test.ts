import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { CORE_GROUP, idsOf, memberIds, newMembers, okta, patch } from './fixtures.ts'

/* Okta's group push: groups by name, members whole or as changes. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const byName = (displayName: string): string =>
  `/Groups?filter=${encodeURIComponent(`displayName eq ${JSON.stringify(displayName)}`)}&startIndex=1&count=100`
const newGroup = (displayName: string, members: unknown = []): Record<string, unknown> => ({
  schemas: [CORE_GROUP],
  displayName,
  members,
})
const full = (members: unknown): Record<string, unknown> =>
  patch({ op: 'replace', path: 'members', value: members })

describe('a group that Okta pushes', () => {
  it.each([0, 1, 100])('is looked for, created with %i members, and found with them', async (count) => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const members = await newMembers(connector, count)

    const before = await send('GET', byName('Harbour "crew"'))
    const created = await send('POST', '/Groups', newGroup('Harbour "crew"', members))
    const after = await send('GET', byName('Harbour "crew"'))

    expect(before.json.totalResults).toBe(0)
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ displayName: 'Harbour "crew"', meta: { resourceType: 'Group' } })
    expect(idsOf(created.json.members ?? [])).toEqual(idsOf(members))
    expect(after.json).toMatchObject({ totalResults: 1, Resources: [{ id: created.json.id }] })
    expect(idsOf(after.json.Resources[0].members ?? [])).toEqual(idsOf(members))
  })

  it.each([0, 1, 100])('gets %i members by a full push, and again by a second one', async (count) => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const members = await newMembers(connector, count)
    const { json: group } = await send('POST', '/Groups', newGroup('Crew', await newMembers(connector, 2)))
    const path = `/Groups/${group.id}`

    const pushed = await send('PATCH', path, full(members))
    const held = await memberIds(connector, group.id)
    const again = await send('PATCH', path, full(members.toReversed()))

    expect([pushed.status, again.status]).toEqual([204, 204])
    expect(held).toEqual(idsOf(members))
    expect(await memberIds(connector, group.id)).toEqual(idsOf(members))
  })

  it('of 250 members comes in parts, the first of which replaces what was there', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const [stale, members] = [await newMembers(connector, 3), await newMembers(connector, 250)]
    const { json: group } = await send('POST', '/Groups', newGroup('Everybody', stale))
    const path = `/Groups/${group.id}`

    await send('PATCH', path, full(members.slice(0, 100)))
    await send('PATCH', path, patch({ op: 'add', path: 'members', value: members.slice(100, 200) }))
    await send('PATCH', path, patch({ op: 'add', path: 'members', value: members.slice(200) }))

    expect(await memberIds(connector, group.id)).toEqual(idsOf(members))
  })

  it('takes departures and arrivals of one request', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const members = await newMembers(connector, 3)
    const [ann, bo, cy] = members
    const { json: group } = await send('POST', '/Groups', newGroup('Crew', [ann, bo]))

    const { status } = await send(
      'PATCH',
      `/Groups/${group.id}`,
      patch(
        { op: 'remove', path: `members[value eq "${ann?.value}"]` },
        { op: 'add', path: 'members', value: [cy] },
      ),
    )

    expect(status).toBe(204)
    expect(await memberIds(connector, group.id)).toEqual(idsOf(members.slice(1)))
  })

  it('shows in the groups of its members until they leave', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const [ann] = await newMembers(connector, 1)
    const { json: group } = await send('POST', '/Groups', newGroup('Crew', [ann]))

    const inside = await send('GET', `/Users/${ann?.value}`)
    await send(
      'PATCH',
      `/Groups/${group.id}`,
      patch({ op: 'remove', path: `members[value eq "${ann?.value}"]` }),
    )
    const outside = await send('GET', `/Users/${ann?.value}`)

    expect(inside.json.groups).toEqual([expect.objectContaining({ value: group.id })])
    expect(outside.json.groups ?? []).toEqual([])
  })

  it('is renamed by its id and new name, and keeps its members', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const members = await newMembers(connector, 3)
    const { json: group } = await send('POST', '/Groups', newGroup('Crew', members))
    const path = `/Groups/${group.id}`
    const rename = patch({ op: 'replace', value: { id: group.id, displayName: 'Night crew' } })

    const renamed = await send('PATCH', path, rename)
    const again = await send('PATCH', path, rename)

    expect([renamed.status, again.status]).toEqual([204, 204])
    expect((await send('GET', byName('Night crew'))).json.Resources).toMatchObject([{ id: group.id }])
    expect((await send('GET', byName('Crew'))).json.totalResults).toBe(0)
    expect(await memberIds(connector, group.id)).toEqual(idsOf(members))
  })

  it('keeps its name where the id in the request is that of another one', async () => {
    const send = okta(await gatehouse.newConnector())
    const { json: group } = await send('POST', '/Groups', newGroup('Crew'))
    const { json: other } = await send('POST', '/Groups', newGroup('Pilots'))

    const refused = await send(
      'PATCH',
      `/Groups/${group.id}`,
      patch({ op: 'replace', value: { id: other.id, displayName: 'Night crew' } }),
    )

    expect(refused.status).toBe(400)
    expect(refused.json.scimType).toBe('mutability')
    expect((await send('GET', `/Groups/${group.id}`)).json.displayName).toBe('Crew')
  })

  it('of an application made by the wizard is replaced whole by PUT, id and meta repeated', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const [ann, bo] = await newMembers(connector, 2)
    await send('POST', '/Groups', newGroup('Crew', [ann]))
    const { json: found } = await send('GET', byName('Crew'))
    const [group] = found.Resources

    const replaced = await send('PUT', `/Groups/${group.id}`, {
      ...group,
      displayName: 'Night crew',
      members: [bo],
    })

    expect(replaced.status).toBe(200)
    expect(replaced.json).toMatchObject({ id: group.id, displayName: 'Night crew' })
    expect(await memberIds(connector, group.id)).toEqual([bo?.value])
  })

  it('under a name that is taken is refused with 409', async () => {
    const send = okta(await gatehouse.newConnector())
    await send('POST', '/Groups', newGroup('Crew'))

    const { status, json } = await send('POST', '/Groups', newGroup('CREW'))

    expect(status).toBe(409)
    expect(json).toMatchObject({ status: '409', scimType: 'uniqueness' })
  })

  it('goes when it is unlinked, its members stay, and its name is free', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const [ann] = await newMembers(connector, 1)
    const { json: group } = await send('POST', '/Groups', newGroup('Crew', [ann]))

    const deleted = await send('DELETE', `/Groups/${group.id}`)
    const read = await send('GET', `/Groups/${group.id}`)
    const again = await send('POST', '/Groups', newGroup('Crew'))
    const { json: member } = await send('GET', `/Users/${ann?.value}`)

    expect([deleted.status, read.status, again.status]).toEqual([204, 404, 201])
    expect(member).toMatchObject({ id: ann?.value, active: true })
    expect(member.groups ?? []).toEqual([])
  })

  it('is imported page by page, members included', async () => {
    const connector = await gatehouse.newConnector()
    const send = okta(connector)
    const members = await newMembers(connector, 2)
    for (const name of ['Crew', 'Pilots', 'Divers']) await send('POST', '/Groups', newGroup(name, members))

    const { json } = await send('GET', '/Groups?startIndex=1&count=100')

    expect(json).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 3 })
    for (const group of json.Resources) expect(idsOf(group.members)).toEqual(idsOf(members))
  })
})
