import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addMembers,
  assignGroup,
  disableUser,
  editUser,
  enableUser,
  hardDeleteUser,
  moveUser,
  removeMembers,
  renameGroup,
  renameUser,
  unassignUser,
} from '../../local/entra/directory-changes.ts'
import { createDirectory, growDirectory, type Directory } from '../../local/entra/directory.ts'
import { createOktaJob, type OktaJob } from '../../local/okta/job.ts'
import { oktaId } from '../../local/okta/profile.ts'
import { entraUser, startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'
import { memberIds } from './fixtures.ts'

/* Whole cycles of an app integration of Okta, as `npm run cycle -- --client okta` runs them. */

const jobs: OktaJob[] = []
let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(async () => {
  jobs.forEach((job) => job.close())
  await gatehouse.close()
})

interface Scene {
  readonly connector: TestConnector
  readonly directory: Directory
  readonly job: OktaJob
  /** The object ids of the directory. */
  readonly people: readonly string[]
  readonly groups: readonly string[]
  /** What the target holds of somebody. */
  readonly account: (objectId: string | undefined) => Promise<Record<string, unknown>>
  /** The object ids of a group's members in the target. */
  readonly members: (groupId: string | undefined) => Promise<readonly string[]>
}

async function newScene(users: number, groups: number, membersPerPatch = 100): Promise<Scene> {
  const connector = await gatehouse.newConnector()
  const directory = createDirectory({ users, groups, seed: 21 })
  const job = newJob(connector, directory, { membersPerPatch })
  const { state } = job
  return {
    connector,
    directory,
    job,
    people: Object.keys(directory.users),
    groups: Object.keys(directory.groups),
    account: async (id = '') => (await connector.scim('GET', `/Users/${state.users[id]?.targetId}`)).json,
    async members(id = '') {
      const byTarget = new Map(Object.entries(state.users).map(([person, link]) => [link.targetId, person]))
      const ids = await memberIds(connector, String(state.groups[id]?.targetId))
      return ids.map((value) => String(byTarget.get(value))).toSorted()
    },
  }
}

function newJob(connector: TestConnector, directory: Directory, options: object = {}): OktaJob {
  const { scimUrl: tenantUrl, password: secretToken } = connector
  const job = createOktaJob({ directory, tenantUrl, secretToken, ...options })
  jobs.push(job)
  return job
}

describe('an Okta cycle', () => {
  it('brings everybody in, says nothing the second time, and writes no person again when all are compared', async () => {
    const { directory, job, members, account, people, groups } = await newScene(130, 4)

    const test = await job.testConnection()
    const initial = await job.cycle()
    const idle = await job.cycle()
    job.restart({ full: true })
    const relinked = await job.cycle()

    expect(test).toMatchObject({ ok: true })
    expect(initial).toMatchObject({ created: 134, matched: 0, updated: 0, failures: [] })
    expect(idle).toMatchObject({ requests: 0, writes: 0, failures: [] })
    expect(relinked).toMatchObject({ created: 0, matched: 134, updated: 0, failures: [] })
    expect(relinked.calls.map(({ kind }) => kind)).not.toContain('update user')
    for (const id of groups) expect(await members(id)).toEqual(directory.groups[id]?.memberIds.toSorted())
    expect(await account(people[0])).toMatchObject({ externalId: oktaId(people[0] ?? ''), active: true })
  })

  it('carries names, logins and addresses over, and nothing that it does not map', async () => {
    const { directory, job, account, people } = await newScene(8, 0)
    await job.cycle()
    const [renamed = '', moved = '', remailed = ''] = people
    const before = await account(remailed)

    renameUser(directory, renamed, 'Zoë', 'O’Neill-Łukasz')
    moveUser(directory, moved, 'Quay & Crane')
    editUser(directory, remailed, { mail: 'new.address@contoso.example' })
    const changed = await job.cycle()

    expect(changed).toMatchObject({ updated: 2, writes: 2, failures: [] })
    expect(await account(renamed)).toMatchObject({
      displayName: 'Zoë O’Neill-Łukasz',
      name: { givenName: 'Zoë', familyName: 'O’Neill-Łukasz' },
    })
    const emails = [{ primary: true, value: 'new.address@contoso.example', type: 'work' }]
    expect(await account(remailed)).toEqual({ ...before, emails, meta: expect.anything() })
  })

  it.each([
    ['is blocked', disableUser],
    ['loses the assignment', unassignUser],
    ['is deleted', hardDeleteUser],
  ])('deactivates who %s, deletes nobody, and leaves the memberships alone', async (_, leave) => {
    const { connector, directory, job, account, members, people, groups } = await newScene(6, 1)
    await job.cycle()
    const [leaver = ''] = people

    leave(directory, leaver)
    const left = await job.cycle()
    const idle = await job.cycle()
    job.restart()
    const restarted = await job.cycle()

    expect(restarted.calls.map(({ kind }) => kind)).not.toContain('disable user')
    expect(left).toMatchObject({ disabled: 1, deleted: 0, writes: 1, failures: [] })
    expect(idle).toMatchObject({ requests: 0 })
    expect(await account(leaver)).toMatchObject({ active: false })
    expect(await members(groups[0])).toContain(leaver)
    expect((await connector.scim('GET', '/Users?count=0')).json.totalResults).toBe(6)
  })

  it('reactivates who comes back, under another name by now', async () => {
    const { directory, job, account, people } = await newScene(4, 1)
    await job.cycle()
    const [person = ''] = people
    const { id } = await account(person)
    disableUser(directory, person)
    await job.cycle()

    enableUser(directory, person)
    renameUser(directory, person, 'Ása', 'Nygård')
    const back = await job.cycle()

    expect(back).toMatchObject({ created: 0, failures: [] })
    expect(back.calls.map(({ kind }) => kind)).toEqual(['enable user', 'get user', 'update user'])
    expect(await account(person)).toMatchObject({ id, active: true, displayName: 'Ása Nygård' })
  })

  it('carries changes of groups over: name, arrivals and departures in parts, and unlinking', async () => {
    const { connector, directory, job, members, people, groups } = await newScene(40, 3, 7)
    await job.cycle()
    const [everybody = '', some = '', gone = ''] = groups
    const goneTarget = job.state.groups[gone]?.targetId
    const staying = people.slice(25)

    renameGroup(directory, some, 'Night shift #2')
    addMembers(directory, some, people)
    removeMembers(directory, everybody, people.slice(0, 25))
    assignGroup(directory, gone, false)
    const changed = await job.cycle()
    const idle = await job.cycle()

    expect(changed).toMatchObject({ deleted: 1, membersRemoved: 25, failures: [] })
    expect(idle).toMatchObject({ requests: 0 })
    expect(await members(everybody)).toEqual(staying.toSorted())
    expect(await members(some)).toEqual(people.toSorted())
    const { json } = await connector.scim('GET', `/Groups/${job.state.groups[some]?.targetId}`)
    expect(json.displayName).toBe('Night shift #2')
    expect((await connector.scim('GET', `/Groups/${goneTarget}`)).status).toBe(404)
  })

  it('takes newcomers into the groups that exist', async () => {
    const { directory, job, members, groups } = await newScene(10, 1)
    await job.cycle()

    growDirectory(directory, { users: 25, groups: 1 })
    const grown = await job.cycle()

    expect(grown).toMatchObject({ created: 15, membersAdded: 15, failures: [] })
    expect(await members(groups[0])).toEqual(Object.keys(directory.users).toSorted())
  })

  it('matches accounts that are there already, and keeps what Okta does not map', async () => {
    const { connector, directory, job, account, people } = await newScene(130, 1)
    const accounts = Object.values(directory.users).slice(0, 120)
    for (const { userPrincipalName } of accounts) {
      const emails = [{ primary: true, type: 'work', value: `old.${userPrincipalName}` }]
      const body = entraUser({ userName: userPrincipalName.toUpperCase(), emails, title: 'Diver' })
      expect((await connector.scim('POST', '/Users', body)).status).toBe(201)
    }

    const initial = await job.cycle()

    expect(initial).toMatchObject({ matched: 120, created: 11, updated: 120, failures: [] })
    expect(initial.calls).toContainEqual(expect.objectContaining({ kind: 'import users', count: 2 }))
    const [first = ''] = people
    const { userPrincipalName: userName, mail: value } = directory.users[first] ?? {}
    expect(await account(first)).toMatchObject({ userName, title: 'Diver', externalId: oktaId(first) })
    expect(await account(first)).toMatchObject({ emails: [{ primary: true, type: 'work', value }] })
    expect((await connector.scim('GET', '/Users?count=0')).json.totalResults).toBe(130)
  })

  it('fills a group that is there already with its own members, in parts', async () => {
    const { connector, directory, job, members, groups } = await newScene(30, 1, 7)
    const { json: stranger } = await connector.scim('POST', '/Users', entraUser())
    const displayName = directory.groups[groups[0] ?? '']?.displayName
    const { json: group } = await connector.scim('POST', '/Groups', {
      displayName,
      members: [{ value: stranger.id }],
    })

    const initial = await job.cycle()

    expect(initial).toMatchObject({ matched: 1, created: 30, membersAdded: 30, failures: [] })
    expect(job.state.groups[groups[0] ?? '']?.targetId).toBe(group.id)
    expect(await members(groups[0])).toEqual(Object.keys(directory.users).toSorted())
  })

  it('tries a person who was refused again, and only that one', async () => {
    const { connector, directory, job, account, people } = await newScene(5, 0)
    const [clashing = ''] = people
    const value = String(directory.users[clashing]?.mail)
    const holder = entraUser({ emails: [{ type: 'work', value }] })
    const { json: held } = await connector.scim('POST', '/Users', holder)

    const refused = await job.cycle()
    await connector.scim('DELETE', `/Users/${held.id}`)
    const cured = await job.cycle()

    expect(refused.created).toBe(4)
    expect(refused.failures).toMatchObject([{ call: 'create user', code: 'Conflict', status: 409 }])
    expect(refused.failures[0]?.detail).toMatch(/login e-mail is taken/)
    expect(cured).toMatchObject({ created: 1, requests: 2, failures: [] })
    expect(await account(clashing)).toMatchObject({ active: true })
  })

  it('ends with refused credentials, and goes on with good ones', async () => {
    const { connector, directory, job } = await newScene(5, 1)
    const path = `${connector.managementPath}/scim-secrets`
    const made = await gatehouse.manage('POST', path)
    await gatehouse.manage('DELETE', `${path}/${made.json.id}`)
    const refused = newJob(connector, directory, { secretToken: made.json.password, state: job.state })

    const test = await refused.testConnection()
    const ended = await refused.cycle()
    const cured = await job.cycle()

    expect(test).toMatchObject({ ok: false, checks: [{ message: expect.stringMatching(/refused/) }] })
    expect(ended).toMatchObject({ requests: 1, failures: [{ code: 'Unauthorized', status: 401 }] })
    expect(cured).toMatchObject({ created: 6, failures: [] })
  })
})
