import { describe, expect, it } from 'vitest'
import { growDirectory, listUsers } from '../../local/entra/directory.ts'
import type { Directory } from '../../local/entra/directory.ts'
import {
  addMembers,
  assignGroup,
  assignUser,
  deleteGroup,
  disableUser,
  editUser,
  enableUser,
  hardDeleteUser,
  moveUser,
  removeMembers,
  renameGroup,
  renameUser,
  restoreUser,
  softDeleteUser,
  unassignUser,
} from '../../local/entra/directory-changes.ts'
import { createProvisioningJob } from '../../local/entra/job.ts'
import { isJobState } from '../../local/entra/job-state.ts'
import { lines, operations, present, setUp } from './entra-scene.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

describe('a later cycle', () => {
  it('sends nothing at all when nothing has changed', async () => {
    const { job } = await setUp()
    await job.cycle()

    expect(await job.cycle()).toMatchObject({ requests: 0, writes: 0, events: 0, failures: [] })
  })

  it('patches what a user changed and nothing else', async () => {
    const { job, directory, user, requests, resource } = await setUp({ groups: false })
    await job.cycle()
    requests()
    renameUser(directory, user(3).objectId, 'Zoë', "O'Brien-Lie")
    moveUser(directory, user(3).objectId, 'Depot')

    expect(await job.cycle()).toMatchObject({ requests: 2, patches: 1, updated: 1 })
    const id = String(resource(3).id)
    const [read, patch] = requests()
    expect(lines([present(read), present(patch)])).toEqual([`GET /Users/${id}`, `PATCH /Users/${id}`])
    expect(operations(patch)).toEqual([
      { op: 'Replace', path: 'displayName', value: "Zoë O'Brien-Lie" },
      { op: 'Replace', path: 'name.givenName', value: 'Zoë' },
      { op: 'Replace', path: 'name.familyName', value: "O'Brien-Lie" },
      { op: 'Replace', path: 'name.formatted', value: "Zoë O'Brien-Lie" },
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Depot' },
    ])
  })

  it('writes the same change without paths in compliant mode, which the tenant URL can switch on', async () => {
    const { job: first, directory, user, requests, target } = await setUp({ groups: false })
    await first.cycle()
    requests()
    renameUser(directory, user(3).objectId, 'Zoë', 'Lie')
    const job = createProvisioningJob({
      directory,
      tenantUrl: `${target.url}/?aadOptscim062020`,
      secretToken: 'secret',
      groups: false,
      state: first.state,
    })

    await job.cycle()
    job.close()

    const [read, patch] = requests()
    expect(read?.url).not.toContain('aadOptscim062020')
    expect(operations(patch)).toEqual([
      {
        op: 'replace',
        value: {
          displayName: 'Zoë Lie',
          'name.givenName': 'Zoë',
          'name.familyName': 'Lie',
          'name.formatted': 'Zoë Lie',
        },
      },
    ])
  })

  it('sends a new manager as the plain id of the resource', async () => {
    const { job, directory, user, requests, resource } = await setUp({ groups: false })
    await job.cycle()
    requests()
    editUser(directory, user(5).objectId, { managerId: user(4).objectId })

    await job.cycle()

    expect(operations(requests().at(-1))).toEqual([
      { op: 'Replace', path: `${ENTERPRISE}:manager`, value: resource(4).id },
    ])
  })

  it('renames groups and moves members without reading the target’s list', async () => {
    const { job, directory, user, group, requests, resource } = await setUp()
    await job.cycle()
    requests()
    const { objectId, memberIds } = group(1)
    removeMembers(directory, objectId, memberIds)
    addMembers(directory, objectId, [user(5).objectId])
    removeMembers(directory, group(0).objectId, [user(0).objectId])
    renameGroup(directory, objectId, 'Quay crew')

    await job.cycle()

    const seen = requests()
    expect(
      seen.every(({ url, method }) => method !== 'GET' || url.includes('excludedAttributes=members')),
    ).toBe(true)
    expect(seen.map(operations)).toContainEqual([{ op: 'Replace', path: 'displayName', value: 'Quay crew' }])
    expect(seen.map(operations)).toContainEqual([
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: resource(0).id }] },
    ])
  })

  it('does not send a member who is blocked, not even when that ends: only a restart notices', async () => {
    const { job, directory, user, group } = await setUp()
    const { objectId } = user(4)
    removeMembers(directory, group(0).objectId, [objectId])
    await job.cycle()
    disableUser(directory, objectId)
    addMembers(directory, group(0).objectId, [objectId])

    expect(await job.cycle()).toMatchObject({ disabled: 1, membersAdded: 0 })
    enableUser(directory, objectId)
    expect(await job.cycle()).toMatchObject({ updated: 1, membersAdded: 0 })
    job.restart()
    expect(await job.cycle()).toMatchObject({ patches: 1, membersAdded: 1 })
  })

  it('provisions newcomers of a grown directory and leaves the others alone', async () => {
    const { job, directory } = await setUp({ groups: false })
    await job.cycle()
    growDirectory(directory, { users: 9, groups: 2 })

    expect(await job.cycle()).toMatchObject({ created: 3, updated: 0 })
    expect(listUsers(directory)).toHaveLength(9)
  })

  it('continues from state that was stored as JSON', async () => {
    const { job, directory, target, user } = await setUp()
    await job.cycle()
    const stored: unknown = JSON.parse(JSON.stringify({ directory, state: job.state }))
    const { directory: people, state } = stored as { directory: Directory; state: unknown }
    if (!isJobState(state)) throw new Error('not a state')
    disableUser(people, user(1).objectId)
    const next = createProvisioningJob({
      directory: people,
      tenantUrl: target.url,
      secretToken: 'secret',
      state,
    })

    expect(await next.cycle()).toMatchObject({ requests: 2, disabled: 1 })
    next.close()
  })
})

describe('a restart', () => {
  it('looks at every object by its cached id and patches none', async () => {
    const { job, requests } = await setUp({ roles: 'assertive' })
    await job.cycle()
    requests()
    job.restart()

    expect(await job.cycle()).toMatchObject({ requests: 8, writes: 0, matched: 0, created: 0 })
    expect(requests().every(({ method, url }) => method === 'GET' && !url.includes('filter'))).toBe(true)
  })

  it('in full finds every object again by its filter and patches only members, which are never read', async () => {
    const { job } = await setUp({ roles: 'single' })
    await job.cycle()
    job.restart({ full: true })

    const summary = await job.cycle()

    expect(summary).toMatchObject({ matched: 8, created: 0, updated: 0 })
    expect(summary.patches).toBe(summary.calls.find(({ kind }) => kind === 'add members')?.count)
  })

  it('shows a target that does not give back what it got', async () => {
    const { job, target } = await setUp()
    await job.cycle()
    for (const user of target.users.values()) user.userName = String(user.userName).toUpperCase()
    job.restart()

    expect(await job.cycle()).toMatchObject({ patches: 6, updated: 6 })
  })
})

describe('users who leave', () => {
  it.each([
    ['blocked', disableUser, enableUser],
    ['moved to the recycle bin', softDeleteUser, restoreUser],
    ['no longer assigned', unassignUser, (people: Directory, id: string) => assignUser(people, id, ['User'])],
  ])('are disabled when %s, and enabled again when that ends', async (_, leave, comeBack) => {
    const { job, directory, user, requests, resource } = await setUp()
    await job.cycle()
    requests()

    leave(directory, user(2).objectId)
    expect(await job.cycle()).toMatchObject({ disabled: 1, requests: 2, deleted: 0 })
    expect(operations(requests().at(-1))).toEqual([{ op: 'Replace', path: 'active', value: 'False' }])
    expect(resource(2).active).toBe(false)

    comeBack(directory, user(2).objectId)
    expect(await job.cycle()).toMatchObject({ updated: 1, requests: 2, membersAdded: 0 })
    expect(operations(requests().at(-1))).toEqual([{ op: 'Replace', path: 'active', value: 'True' }])
  })

  it('are deleted once they are deleted for good', async () => {
    const { job, directory, user, target } = await setUp()
    await job.cycle()
    softDeleteUser(directory, user(2).objectId)
    await job.cycle()
    hardDeleteUser(directory, user(2).objectId)

    expect(await job.cycle()).toMatchObject({ deleted: 1, requests: 1 })
    expect(target.users.size).toBe(5)
    expect(await job.cycle()).toMatchObject({ requests: 0 })
  })

  it('are never deleted if their assignment ended before', async () => {
    const { job, directory, user, target } = await setUp()
    await job.cycle()
    unassignUser(directory, user(2).objectId)
    await job.cycle()
    hardDeleteUser(directory, user(2).objectId)

    expect(await job.cycle()).toMatchObject({ deleted: 0, requests: 0 })
    expect(target.users.size).toBe(6)
  })

  it.each([
    ['deleted', deleteGroup],
    ['no longer assigned', (people: Directory, id: string) => assignGroup(people, id, false)],
  ])('take a group with them that is %s', async (_, leave) => {
    const { job, directory, group, target } = await setUp()
    await job.cycle()
    leave(directory, group(1).objectId)

    expect(await job.cycle()).toMatchObject({ deleted: 1, requests: 1 })
    expect(target.groups.size).toBe(1)
  })
})

describe('on-demand provisioning', () => {
  it('creates one user without a role, and the next cycle still looks at it', async () => {
    const { job, user, target } = await setUp({ roles: 'assertive', mode: 'compliant', groups: false })

    expect(await job.provisionOnDemand(user(0).objectId)).toMatchObject({ created: 1 })
    expect([...target.users.values()][0]?.roles).toEqual([])
    expect(await job.cycle()).toMatchObject({ created: 5, updated: 1 })
  })

  it('writes legacy bodies even in compliant mode', async () => {
    const { job, directory, user, requests } = await setUp({ mode: 'compliant', groups: false })
    await job.cycle()
    requests()
    disableUser(directory, user(1).objectId)

    await job.provisionOnDemand(user(1).objectId)

    expect(operations(requests().at(-1))).toEqual([{ op: 'Replace', path: 'active', value: 'False' }])
  })
})
