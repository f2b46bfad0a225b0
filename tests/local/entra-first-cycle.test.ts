import { describe, expect, it } from 'vitest'
import { disableUser, unassignUser } from '../../local/entra/directory-changes.ts'
import { scimError } from './entra-fake-target.ts'
import { lines, present, setUp } from './entra-scene.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

describe('an initial cycle', () => {
  it('creates all users, then sets managers, creates groups and adds their members', async () => {
    const { job, target, directory, group } = await setUp()

    const summary = await job.cycle()

    expect(summary).toMatchObject({ created: 8, matched: 0, updated: 0, failures: [], quarantined: null })
    expect(target.users.size).toBe(6)
    const reports = Object.values(directory.users).filter((user) => user.managerId !== null)
    const managed = [...target.users.values()].filter(
      (user) => (user[ENTERPRISE] as { manager?: unknown }).manager !== undefined,
    )
    expect(managed).toHaveLength(reports.length)
    const [first] = target.groups.values()
    expect(first?.displayName).toBe(group(0).displayName)
    expect(first?.members).toHaveLength(6)
  })

  it('asks for every user and group before it creates one, as a form would write the filter', async () => {
    const { job, requests, user, group } = await setUp({ users: 1, concurrency: 1 })
    await job.cycle()

    const name = encodeURIComponent(user(0).userPrincipalName).replaceAll("'", '%27')
    const label = new URLSearchParams({ q: group(0).displayName }).toString().slice(2)
    expect(lines(requests()).slice(0, 4)).toEqual([
      `GET /Users?filter=userName+eq+%22${name}%22`,
      'POST /Users',
      `GET /Groups?excludedAttributes=members&filter=displayName+eq+%22${label}%22`,
      'POST /Groups',
    ])
  })

  it('sends neither User-Agent nor Accept, and a content type only with a body', async () => {
    const { job, requests } = await setUp()
    await job.testConnection()
    await job.cycle()

    for (const { method, headers } of requests()) {
      expect(headers).not.toHaveProperty('user-agent')
      expect(headers).not.toHaveProperty('accept')
      expect(headers.authorization).toBe('Bearer secret')
      expect(headers['content-type']).toBe(
        method === 'GET' || method === 'DELETE' ? undefined : 'application/scim+json; charset=utf-8',
      )
    }
  })

  it('sends members in batches', async () => {
    const { job, requests } = await setUp({ users: 25, membersPerPatch: 10 })
    const summary = await job.cycle()

    const sizes = requests()
      .filter(({ method, url }) => method === 'PATCH' && url.includes('/Groups/groups-1'))
      .map(({ body }) => (present(body).Operations as { value: unknown[] }[])[0]?.value.length)
    expect(sizes).toEqual([10, 10, 5])
    expect(summary.membersAdded).toBeGreaterThanOrEqual(25)
  })

  it('does not create users that are blocked or not assigned, nor send them as members', async () => {
    const { job, directory, user, target } = await setUp({ users: 3 })
    disableUser(directory, user(1).objectId)
    unassignUser(directory, user(2).objectId)

    await job.cycle()

    expect(target.users.size).toBe(1)
    expect(present([...target.groups.values()][0]).members).toHaveLength(1)
  })

  it('reports progress that ends at the total of every phase', async () => {
    const { job } = await setUp()
    const last = new Map<string, string>()

    await job.cycle({ onProgress: ({ phase, done, total }) => void last.set(phase, `${done}/${total}`) })

    expect(last.get('users')).toBe('6/6')
    expect(last.get('groups')).toBe('2/2')
    expect(last.get('deprovisioning')).toBe('0/0')
  })

  it('counts calls by kind, with their answers and latencies', async () => {
    const { job } = await setUp()

    const { calls, requests, writes } = await job.cycle()

    expect(calls.find(({ kind }) => kind === 'create user')).toMatchObject({
      count: 6,
      statuses: { 201: 6 },
      p50: expect.any(Number),
    })
    expect(calls.find(({ kind }) => kind === 'find user')).toMatchObject({ count: 6, statuses: { 200: 6 } })
    expect(requests).toBe(calls.reduce((sum, { count }) => sum + count, 0))
    expect(writes).toBe(requests - 6 - 2)
  })
})

describe('accounts that are there already', () => {
  it('are linked and adjusted instead of created', async () => {
    const { job, target, user } = await setUp()
    const userName = user(2).userPrincipalName.toUpperCase()
    target.users.set('users-old', { id: 'users-old', userName, displayName: 'Old name' })

    const summary = await job.cycle()

    expect(summary).toMatchObject({ matched: 1, created: 7, updated: 1, failures: [] })
    expect(target.users.get('users-old')).toMatchObject({
      displayName: user(2).displayName,
      externalId: user(2).objectId,
    })
  })

  it('are looked for by each matching attribute until one finds them', async () => {
    const { job, target, user, requests } = await setUp({
      users: 1,
      matching: ['externalId', 'userName'],
      groups: false,
    })
    target.users.set('users-old', { id: 'users-old', userName: user(0).userPrincipalName })

    expect(await job.cycle()).toMatchObject({ matched: 1, created: 0 })
    expect(lines(requests()).slice(0, 2)).toEqual([
      `GET /Users?filter=externalId+eq+%22${user(0).objectId}%22`,
      expect.stringContaining('GET /Users?filter=userName+eq+'),
    ])
  })

  it('are looked for no further once one attribute has found them', async () => {
    const { job, target, user, requests } = await setUp({
      users: 1,
      matching: ['externalId', 'userName'],
      groups: false,
    })
    target.users.set('users-old', { id: 'users-old', userName: 'old', externalId: user(0).objectId })

    expect(await job.cycle()).toMatchObject({ matched: 1, updated: 1, failures: [] })
    expect(requests().filter(({ url }) => url.includes('filter='))).toHaveLength(1)
  })

  it('are left alone where a filter finds two of them', async () => {
    const { job, target, user } = await setUp({ users: 1, groups: false })
    const { userPrincipalName: userName } = user(0)
    for (const id of ['users-a', 'users-b']) target.users.set(id, { id, userName })

    const summary = await job.cycle()

    expect(summary).toMatchObject({ writes: 0, quarantined: null })
    expect(summary.failures).toMatchObject([{ code: 'DuplicateTargetEntries', name: userName }])
  })
})

describe('Test Connection', () => {
  it('asks for a user and a group that cannot exist', async () => {
    const { job, requests } = await setUp()

    expect(await job.testConnection()).toMatchObject({ ok: true })
    const uuid = '[0-9a-f]{8}-[0-9a-f-]{27}'
    expect(lines(requests())).toEqual([
      expect.stringMatching(new RegExp(`^GET /Users\\?filter=userName\\+eq\\+%22${uuid}%22$`)),
      expect.stringMatching(
        new RegExp(`^GET /Groups\\?excludedAttributes=members&filter=displayName\\+eq\\+%22${uuid}%22$`),
      ),
    ])
  })

  it.each([
    ['404', scimError(404, 'None.'), 'check the tenant URL'],
    ['401', scimError(401, 'Who?'), 'credentials appear to be invalid'],
    ['HTML', { status: 200, body: '<html>' }, 'not a SCIM ListResponse'],
    ['a single user', { status: 200, body: { id: 'x' } }, 'not a SCIM ListResponse'],
  ])('fails on %s', async (_, answer, message) => {
    const { job, target } = await setUp()
    target.intercept = () => answer

    const { ok, checks } = await job.testConnection()

    expect(ok).toBe(false)
    expect(checks[0]?.message).toContain(message)
  })

  it('says so when nothing listens', async () => {
    const { job, target } = await setUp()
    await target.close()

    const { ok, checks } = await job.testConnection()

    expect(ok).toBe(false)
    expect(checks[0]?.message).toContain('does not answer')
  })
})
