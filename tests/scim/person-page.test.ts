import { describe, expect, it } from 'vitest'
import { newResourceId } from '../../shared/kernel/ids.ts'
import { deleteGroup } from '../../shared/scim/groups.ts'
import { getPersonPage, type PersonPage } from '../../shared/scim/person-page.ts'
import { createUser, deleteUser, patchUser } from '../../shared/scim/users.ts'
import { only } from '../connectors/fixtures.ts'
import {
  addGroup,
  addUser,
  idOf,
  newDirectory,
  projectUser,
  replaceOp,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser } from '../support/gatehouse.ts'
import { addGrant, signIn } from './people-fixtures.ts'

type Present = Extract<PersonPage['state'], { kind: 'active' | 'inactive' }>

async function pageOf({ context }: Directory, id: ReturnType<typeof newResourceId>): Promise<PersonPage> {
  return only(await getPersonPage(context, id))
}

function present({ state }: PersonPage): Present {
  if (state.kind === 'deleted') throw new Error('the person is deleted')
  return state
}

describe('the page of a person', () => {
  it('shows what the directory says, in the words of a form', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory, {
      displayName: 'Mira <b>Moon</b>',
      emails: [{ type: 'work', value: 'mira@contoso.com' }],
      roles: [{ value: 'Admin' }],
      title: undefined,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Space' },
    })
    const page = await pageOf(directory, id)

    expect(page).toMatchObject({ id, name: 'Mira <b>Moon</b>', email: 'mira@contoso.com' })
    expect(page.state).toMatchObject({ kind: 'active', role: 'Admin', managedBy: 'entra', holdsEmail: true })
    const labels = page.fields.map(({ label, value }) => `${label}: ${value}`)
    expect(labels).toContain('E-mail addresses: mira@contoso.com')
    expect(labels).toContain('Roles: Admin')
    expect(labels).toContain('Department: Space')
    expect(page.fields.map(({ path }) => path)).not.toContain('title')
  })

  it('says that the platform manages an account until Entra has matched it', async () => {
    const directory = newDirectory('memory')
    const { context } = directory
    const body = entraUser({ externalId: undefined })
    const id = idOf(await createUser(context, body, 'platform'))
    const before = present(await pageOf(directory, id))
    await patchUser(context, id, replaceOp('externalId', 'an-object-id'), projectUser())

    expect(before.managedBy).toBe('platform')
    expect(present(await pageOf(directory, id)).managedBy).toBe('entra')
  })

  it('names the groups, a hundred at most, and none that is deleted', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory)
    const kept = await addGroup(directory, [id], { displayName: 'Pilots' })
    const gone = await addGroup(directory, [id], { displayName: 'Poets' })
    await deleteGroup(directory.context, gone)

    expect(present(await pageOf(directory, id))).toMatchObject({
      groups: [{ id: kept, name: 'Pilots' }],
      hasMoreGroups: false,
    })
    for (let i = 0; i < 101; i++) await addGroup(directory, [id])
    const full = present(await pageOf(directory, id))
    expect([full.groups.length, full.hasMoreGroups]).toEqual([100, true])
  })

  it('shows the sign-in, and the grants that still hold', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory)
    await addGrant(directory, id, { id: 'expired', expires: new Date(Date.now() - 1) })
    await addGrant(directory, id, { id: 'live' })
    await signIn(directory, id)
    const page = await pageOf(directory, id)
    const state = present(page)

    expect(state.link).toMatchObject({ objectId: expect.any(String) })
    expect(Date.parse(state.lastSignIn ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect(state.grants).toMatchObject([{ id: 'live', clientId: 'client-live', scope: 'openid' }])
    expect(page.activity.map(({ operation }) => operation)).toEqual(['user.signIn', 'user.create'])
  })

  it('tells of a deleted person until when a restore is possible', async () => {
    const directory = newDirectory('memory')
    const { context } = directory
    const id = await addUser(directory, { displayName: 'Mira' })
    await addGroup(directory, [id])
    await deleteUser(context, id)
    const page = await pageOf(directory, id)

    expect(page).toMatchObject({ name: 'Mira', state: { kind: 'deleted', groups: 1 } })
    if (page.state.kind !== 'deleted') throw new Error('not deleted')
    expect(Date.parse(page.state.purgedAt) - Date.parse(page.state.deletedAt)).toBe(30 * 86_400_000)
    expect(page.activity.map(({ operation }) => operation)).toEqual(['user.delete', 'user.create'])
  })

  it('is nobody of whom nothing is left, and nobody of another connector', async () => {
    const [directory, other] = [newDirectory('memory'), newDirectory('memory')]
    const id = await addUser(directory)

    expect(await getPersonPage(directory.context, newResourceId())).toBeUndefined()
    expect(await getPersonPage({ ...directory.context, tenant: other.tenant }, id)).toBeUndefined()
  })
})
