import { describe, expect, it } from 'vitest'
import { moveUser } from '../../local/entra/directory-changes.ts'
import { scimError } from './entra-fake-target.ts'
import { HOUR_MS, START, setUp } from './entra-scene.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

describe('a failing target', () => {
  it('leads to a Conflict that is tried again after six hours, twelve, and then every day', async () => {
    const { job, target, clock } = await setUp({ users: 1, groups: false })
    target.intercept = ({ method }) => (method === 'POST' ? scimError(409, 'userName is taken.') : undefined)

    const { failures } = await job.cycle()

    expect(failures).toMatchObject([{ code: 'Conflict', status: 409, detail: 'userName is taken.' }])
    for (const hours of [6, 12, 24, 24]) {
      clock.now += hours * HOUR_MS - 1
      expect(await job.cycle()).toMatchObject({ requests: 0 })
      clock.now += 1
      expect(await job.cycle()).toMatchObject({ requests: 2 })
    }
  })

  it('gets a throttled or broken request again in the next cycle', async () => {
    const { job, target } = await setUp({ users: 2, groups: false, concurrency: 1 })
    let writes = 0
    target.intercept = ({ method }) =>
      method === 'POST' && writes++ < 2 ? scimError(writes === 1 ? 429 : 503, 'Later.') : undefined

    expect((await job.cycle()).failures.map(({ code }) => code)).toEqual([
      'TooManyRequests',
      'InternalServerError',
    ])
    expect(await job.cycle()).toMatchObject({ created: 2, failures: [] })
  })

  it('that loses a resource gets InvalidAnchor until a restart creates it anew', async () => {
    const { job, target, directory, user, resource } = await setUp({ users: 2, groups: false })
    await job.cycle()
    target.users.delete(String(resource(1).id))
    moveUser(directory, user(1).objectId, 'Depot')

    expect((await job.cycle()).failures).toMatchObject([{ code: 'InvalidAnchor', call: 'get user' }])
    job.restart()
    expect(await job.cycle()).toMatchObject({ created: 1, failures: [] })
  })

  it('that hangs up after creating a user is found to have it', async () => {
    const { job, target } = await setUp({ users: 1, groups: false })
    target.intercept = ({ method }) => (method === 'POST' ? 'lost' : undefined)

    expect((await job.cycle()).failures).toMatchObject([{ code: 'WebExceptionProtocolError', status: 0 }])
    target.intercept = () => undefined
    expect(await job.cycle()).toMatchObject({ matched: 1, created: 0, writes: 0, failures: [] })
  })

  it('that does not answer is a Timeout', async () => {
    const { job, target } = await setUp({ users: 1, groups: false, timeoutMs: 50 })
    target.intercept = ({ method }) => (method === 'POST' ? 'hang' : undefined)

    expect((await job.cycle()).failures).toMatchObject([{ code: 'Timeout', status: 0 }])
  })

  it('that refuses a manager fails the reference only', async () => {
    const { job, target } = await setUp({ groups: false })
    target.intercept = ({ method }) => (method === 'PATCH' ? scimError(400, 'No.') : undefined)

    const { failures, created } = await job.cycle()

    expect(created).toBe(6)
    expect(failures.every(({ reference, call }) => reference && call === 'set manager')).toBe(true)
    expect(failures).toHaveLength(5)
  })

  it.each([
    ['returns the manager as text', { [ENTERPRISE]: { manager: 'u1' } }, 'ServiceIncompatible'],
    ['returns active as text', { active: 'True' }, 'ServiceIncompatible'],
    ['returns emails as an object', { emails: {} }, 'ServiceIncompatible'],
  ])('that %s is incompatible', async (_, damage, code) => {
    const { job, resource } = await setUp({ users: 1, groups: false })
    await job.cycle()
    Object.assign(resource(0), damage)
    job.restart()

    const { failures, writes } = await job.cycle()

    expect(failures).toMatchObject([{ code: `SystemForCrossDomainIdentityManagement${code}` }])
    expect(writes).toBe(0)
  })

  it('that returns members although they were excluded is refused', async () => {
    const { job, target } = await setUp({ users: 1 })
    await job.cycle()
    const members = { status: 200, body: { id: 'groups-1', displayName: 'x', members: [] } }
    target.intercept = ({ method, url }) =>
      method === 'GET' && url.includes('/Groups/groups-1') ? members : undefined
    job.restart()

    expect((await job.cycle()).failures).toMatchObject([
      { code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse', call: 'get group' },
    ])
  })

  it.each([
    ['refuses the secret', scimError(401, 'Who?')],
    ['forbids the query', scimError(403, 'No.')],
    ['answers a filter by 404', scimError(404, 'Nobody.')],
    ['answers in HTML', { status: 200, body: '<html>' }],
  ])('that %s puts the job into quarantine at once', async (_, answer) => {
    const { job, target, requests } = await setUp({ concurrency: 1 })
    target.intercept = () => answer

    const { quarantined } = await job.cycle()

    expect(quarantined).toEqual({ reason: 'EncounteredQuarantineException', since: START })
    expect(requests()).toHaveLength(1)
    target.intercept = () => undefined
    job.restart()
    expect(await job.cycle()).toMatchObject({ quarantined: null, created: 8 })
  })

  it('for 28 days disables the job, until it is restarted', async () => {
    const { job, target, clock } = await setUp({ users: 1, groups: false })
    target.intercept = ({ method }) => (method === 'POST' ? scimError(409, 'Taken.') : undefined)
    await job.cycle()
    clock.now += 29 * 24 * HOUR_MS
    expect(await job.cycle()).toMatchObject({ disabledJob: true })

    target.intercept = () => undefined
    expect(await job.cycle()).toMatchObject({ requests: 0, disabledJob: true })
    job.restart()
    expect(await job.cycle()).toMatchObject({ created: 1, disabledJob: false })
  })
})
