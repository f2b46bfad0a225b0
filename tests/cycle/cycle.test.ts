import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addMembers,
  disableUser,
  enableUser,
  hardDeleteUser,
  moveUser,
  removeMembers,
  renameGroup,
  renameUser,
} from '../../local/entra/directory-changes.ts'
import { createDirectory, type Directory } from '../../local/entra/directory.ts'
import { createProvisioningJob, type JobOptions, type ProvisioningJob } from '../../local/entra/job.ts'
import { startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

/* Whole provisioning cycles of a Microsoft Entra tenant, as `npm run cycle` runs them. */

const jobs: ProvisioningJob[] = []
afterAll(() => jobs.forEach((job) => job.close()))

function newJob(
  connector: TestConnector,
  directory: Directory,
  options: Partial<JobOptions> = {},
): ProvisioningJob {
  const { scimUrl: tenantUrl, password: secretToken } = connector
  const job = createProvisioningJob({ directory, tenantUrl, secretToken, roles: 'assertive', ...options })
  jobs.push(job)
  return job
}

/** The members of a group as the target has them, by the object ids of the directory. */
async function membersOf(connector: TestConnector, job: ProvisioningJob, groupId: string): Promise<string[]> {
  const { json } = await connector.scim('GET', `/Groups/${job.state.groups[groupId]?.targetId}`)
  const byTarget = new Map(Object.entries(job.state.users).map(([id, link]) => [link.targetId, id]))
  return (json.members ?? []).map(({ value }: { value: string }) => String(byTarget.get(value))).toSorted()
}

describe.each(['memory', 'azurite'] as const)('a provisioning job into a connector on %s', (store) => {
  let gatehouse: Gatehouse
  beforeAll(async () => {
    gatehouse = await startGatehouse({ store })
  })
  afterAll(() => gatehouse.close())

  describe.each(['legacy', 'compliant'] as const)('in %s mode', (mode) => {
    it('provisions everybody, writes nothing again, and sends no PATCH after a forced restart', async () => {
      const connector = await gatehouse.newConnector()
      const directory = createDirectory({ users: 60, groups: 4 })
      const job = newJob(connector, directory, { mode })

      expect(await job.testConnection()).toMatchObject({ ok: true })
      const initial = await job.cycle()
      const idle = await job.cycle()
      job.restart()
      const restarted = await job.cycle()
      job.restart({ full: true })
      const relinked = await job.cycle()

      expect(initial).toMatchObject({ created: 64, matched: 0, failures: [], quarantined: null })
      expect(idle).toMatchObject({ requests: 0 })
      expect(restarted).toMatchObject({ requests: 64, writes: 0, failures: [] })
      expect(relinked).toMatchObject({ created: 0, matched: 64, failures: [] })
      for (const group of Object.values(directory.groups))
        expect(await membersOf(connector, job, group.objectId)).toEqual(group.memberIds.toSorted())
    })

    it('carries every change over and then has nothing left to say', async () => {
      const connector = await gatehouse.newConnector()
      const directory = createDirectory({ users: 40, groups: 3, seed: 7 })
      const job = newJob(connector, directory, { mode, membersPerPatch: 5 })
      await job.cycle()
      const [first = '', second = '', third = '', fourth = ''] = Object.keys(directory.users)
      const [everybody = '', some = ''] = Object.keys(directory.groups)

      renameUser(directory, first, 'Zoë', 'O’Neill-Łukasz')
      moveUser(directory, second, 'Quay & Crane "7"')
      disableUser(directory, third)
      hardDeleteUser(directory, fourth)
      renameGroup(directory, some, 'Night shift #2')
      removeMembers(directory, everybody, [first, second])
      addMembers(directory, some, Object.keys(directory.users).slice(4))
      const changed = await job.cycle()
      job.restart()
      const restarted = await job.cycle()

      expect(changed).toMatchObject({ disabled: 1, deleted: 1, failures: [] })
      expect(restarted).toMatchObject({ writes: 0, failures: [] })
      expect(await membersOf(connector, job, everybody)).not.toContain(first)
      expect((await connector.scim('GET', `/Users/${job.state.users[third]?.targetId}`)).json.active).toBe(
        false,
      )
    })

    it('disables and enables a person, who keeps the memberships', async () => {
      const connector = await gatehouse.newConnector()
      const directory = createDirectory({ users: 10, groups: 1, seed: 3 })
      const job = newJob(connector, directory, { mode })
      await job.cycle()
      const [person = ''] = Object.keys(directory.users)
      const path = `/Users/${job.state.users[person]?.targetId}`
      const before = (await connector.scim('GET', path)).json

      disableUser(directory, person)
      await job.cycle()
      const disabled = (await connector.scim('GET', path)).json
      enableUser(directory, person)
      await job.cycle()
      const enabled = (await connector.scim('GET', path)).json

      expect([before.active, disabled.active, enabled.active]).toEqual([true, false, true])
      expect(disabled.groups).toEqual(before.groups)
      expect(enabled.groups).toHaveLength(1)
    })
  })

  it('matches 200 accounts that the platform imported, and creates none of them twice', async () => {
    const connector = await gatehouse.newConnector()
    const directory = createDirectory({ users: 220, groups: 2, seed: 11 })
    const accounts = Object.values(directory.users).slice(0, 200)
    for (const part of [accounts.slice(0, 100), accounts.slice(100)]) {
      const users = part.map(({ userPrincipalName }) => ({ userName: userPrincipalName.toUpperCase() }))
      const { json } = await gatehouse.manage('POST', `${connector.managementPath}/users`, { users })
      expect(json.results.every(({ status }: { status: number }) => status === 201)).toBe(true)
    }
    const job = newJob(connector, directory)

    const initial = await job.cycle()
    job.restart()
    const restarted = await job.cycle()
    const listed = await connector.scim('GET', '/Users?count=0')

    expect(initial).toMatchObject({ matched: 200, created: 22, failures: [] })
    expect(restarted).toMatchObject({ writes: 0, failures: [] })
    expect(listed.json.totalResults).toBe(220)
  })
})

describe('a provisioning job', () => {
  let gatehouse: Gatehouse
  beforeAll(async () => {
    gatehouse = await startGatehouse()
  })
  afterAll(() => gatehouse.close())

  it.each(['single', 'singleJson', 'complex', 'assertive'] as const)(
    'brings roles in %s mode',
    async (roles) => {
      const connector = await gatehouse.newConnector()
      const directory = createDirectory({ users: 40, groups: 0, seed: 5 })
      const job = newJob(connector, directory, { roles, groups: false })

      const initial = await job.cycle()
      const { json } = await gatehouse.manage('GET', `${connector.managementPath}/users?count=100`)

      expect(initial.failures).toEqual([])
      const held = new Map<string, string | null>(
        json.users.map(({ user, role }: { user: { userName: string }; role: string | null }) => [
          user.userName,
          role,
        ]),
      )
      const order = ['ReadOnly', 'User', 'Admin', 'EnterpriseAdmin']
      for (const { userPrincipalName, appRoles } of Object.values(directory.users)) {
        const sent = roles.startsWith('single') ? appRoles.slice(0, 1) : appRoles
        const highest = sent.toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0]
        expect(held.get(userPrincipalName)).toBe(highest ?? null)
      }
    },
  )

  it('provisions one person on demand', async () => {
    const connector = await gatehouse.newConnector()
    const directory = createDirectory({ users: 3, groups: 0 })
    const job = newJob(connector, directory)
    const [person = ''] = Object.keys(directory.users)

    const summary = await job.provisionOnDemand(person)

    expect(summary).toMatchObject({ created: 1, failures: [] })
    expect((await connector.scim('GET', '/Users?count=0')).json.totalResults).toBe(1)
  })

  it('with a wrong secret goes into quarantine, and one with the new secret comes out of it', async () => {
    const connector = await gatehouse.newConnector()
    const directory = createDirectory({ users: 5, groups: 0 })
    const made = await gatehouse.manage('POST', `${connector.managementPath}/scim-secrets`)
    await gatehouse.manage('DELETE', `${connector.managementPath}/scim-secrets/${made.json.id}`)

    const refused = newJob(connector, directory, { secretToken: made.json.password })
    const quarantined = await refused.cycle()
    const mended = newJob(connector, directory, { state: refused.state })
    mended.restart()
    const cured = await mended.cycle()

    expect(await refused.testConnection()).toMatchObject({ ok: false })
    expect(quarantined.quarantined).toMatchObject({ reason: 'EncounteredQuarantineException' })
    expect(cured).toMatchObject({ created: 5, failures: [], quarantined: null })
  })
})
