import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDirectory } from '../../local/entra/directory.ts'
import type { Directory, DirectoryUser } from '../../local/entra/directory.ts'
import {
  addMembers,
  deleteGroup,
  disableUser,
  hardDeleteUser,
  removeMembers,
  renameUser,
} from '../../local/entra/directory-changes.ts'
import type { Transport } from '../../local/entra/http-transport.ts'
import { createOktaJob, type OktaJob } from '../../local/okta/job.ts'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { CORE_GROUP, CORE_USER, patch } from './fixtures.ts'

/* What the local Okta sends, byte for byte where Okta's documentation says so. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

interface Sent {
  readonly line: string
  readonly headers: Record<string, string>
  readonly body: Record<string, unknown>
}

interface Scene {
  readonly directory: Directory
  readonly job: OktaJob
  readonly people: readonly string[]
  /** Requests since they were last taken. */
  readonly take: () => readonly Sent[]
}

async function newScene(users: number, groups: number): Promise<Scene> {
  const connector = await gatehouse.newConnector()
  const directory = createDirectory({ users, groups, seed: 5 })
  let sent: Sent[] = []
  const transport: Transport = (url, request) => {
    const { method, headers, body = '{}' } = request
    sent.push({ line: `${method} ${url.replace(connector.scimUrl, '')}`, headers, body: JSON.parse(body) })
    return fetch(url, request)
  }
  const { scimUrl: tenantUrl, password: secretToken } = connector
  const job = createOktaJob({ directory, tenantUrl, secretToken, concurrency: 1, transport })
  const take = (): readonly Sent[] => {
    const taken = sent
    sent = []
    return taken
  }
  return { directory, job, people: Object.keys(directory.users), take }
}

/** The request with this method and path. */
const only = (sent: readonly Sent[], line: RegExp): Sent | undefined =>
  sent.filter((request) => line.test(request.line)).at(0)

describe('the local Okta', () => {
  it('introduces itself with every request', async () => {
    const { job, take } = await newScene(2, 1)

    await job.testConnection()
    await job.cycle()
    const sent = take()

    expect(sent.length).toBeGreaterThan(6)
    for (const { line, headers } of sent) {
      expect(headers).toMatchObject({
        'User-Agent': 'Okta SCIM Client 1.0.0',
        Accept: 'application/scim+json',
        Authorization: expect.stringMatching(/^Bearer gh_scim_/),
      })
      expect(headers['Content-Type']).toBe(
        line.startsWith('GET') ? undefined : 'application/scim+json; charset=utf-8',
      )
    }
  })

  it('tests, imports, asks for a person by login and creates it, then for a group by name', async () => {
    const { directory, job, take } = await newScene(1, 1)
    const [user] = Object.values(directory.users) as [DirectoryUser]

    await job.testConnection()
    await job.cycle()
    const sent = take()

    const login = encodeURIComponent(user.userPrincipalName)
    expect(sent.map(({ line }) => line)).toEqual([
      'GET /Users?startIndex=1&count=2',
      'GET /Users?startIndex=1&count=100',
      `GET /Users?filter=userName%20eq%20%22${login}%22&startIndex=1&count=100`,
      'POST /Users',
      'GET /Groups?filter=displayName%20eq%20%22All%20staff%22&startIndex=1&count=100',
      'POST /Groups',
    ])
    expect(sent[3]?.body).toEqual({
      schemas: [CORE_USER],
      userName: user.userPrincipalName,
      name: { givenName: user.givenName, familyName: user.surname },
      emails: [{ primary: true, value: user.mail, type: 'work' }],
      displayName: user.displayName,
      locale: user.preferredLanguage,
      externalId: expect.stringMatching(/^00u\w{17}$/),
      groups: [],
      password: expect.stringMatching(/^.{16,}$/),
      active: true,
    })
    expect(sent[5]?.body).toEqual({
      schemas: [CORE_GROUP],
      displayName: 'All staff',
      members: [{ value: job.state.users[user.objectId]?.targetId, display: user.userPrincipalName }],
    })
  })

  it('changes a person by GET and PUT of the whole resource', async () => {
    const { directory, job, people, take } = await newScene(2, 1)
    await job.cycle()
    take()
    const [person = ''] = people
    const path = `/Users/${job.state.users[person]?.targetId}`

    renameUser(directory, person, 'Ása', 'Nygård')
    await job.cycle()
    const sent = take()

    expect(sent.map(({ line }) => line)).toEqual([`GET ${path}`, `PUT ${path}`])
    expect(sent[1]?.body).toMatchObject({
      id: job.state.users[person]?.targetId,
      displayName: 'Ása Nygård',
      groups: [expect.anything()],
      meta: { resourceType: 'User' },
    })
    expect(sent[1]?.body).not.toHaveProperty('password')
  })

  it('deactivates whom it loses by one PATCH without a path, and never deletes', async () => {
    const { directory, job, people, take } = await newScene(3, 1)
    await job.cycle()
    take()
    const [blocked = '', deleted = ''] = people

    disableUser(directory, blocked)
    hardDeleteUser(directory, deleted)
    await job.cycle()
    const sent = take()

    expect(sent.map(({ line }) => line)).toEqual([
      `PATCH /Users/${job.state.users[blocked]?.targetId}`,
      `PATCH /Users/${job.state.users[deleted]?.targetId}`,
    ])
    for (const { body } of sent) expect(body).toEqual(patch({ op: 'replace', value: { active: false } }))
  })

  it('repeats the name of a group before its departures and arrivals, and deletes it when it goes', async () => {
    const { directory, job, people, take } = await newScene(3, 1)
    const [group = ''] = Object.keys(directory.groups)
    const [leaver = '', newcomer = ''] = people
    removeMembers(directory, group, [newcomer])
    await job.cycle()
    take()

    removeMembers(directory, group, [leaver])
    addMembers(directory, group, [newcomer])
    await job.cycle()
    const changed = take()
    const id = job.state.groups[group]?.targetId
    deleteGroup(directory, group)
    await job.cycle()

    expect(changed.map(({ line }) => line)).toEqual([`PATCH /Groups/${id}`, `PATCH /Groups/${id}`])
    expect(changed[0]?.body).toEqual(patch({ op: 'replace', value: { id, displayName: 'All staff' } }))
    const value = job.state.users[newcomer]?.targetId
    const display = directory.users[newcomer]?.userPrincipalName
    expect(changed[1]?.body).toEqual(
      patch(
        { op: 'remove', path: `members[value eq "${job.state.users[leaver]?.targetId}"]` },
        { op: 'add', path: 'members', value: [{ value, display }] },
      ),
    )
    expect(take().map(({ line }) => line)).toEqual([`DELETE /Groups/${id}`])
  })

  it('pushes all members of a group that it finds', async () => {
    const { directory, job, people, take } = await newScene(2, 1)
    await job.cycle()
    job.restart({ full: true })
    take()

    await job.cycle()

    expect(only(take(), /^PATCH \/Groups/)?.body).toEqual(
      patch({
        op: 'replace',
        path: 'members',
        value: people.map((id) => ({
          value: job.state.users[id]?.targetId,
          display: directory.users[id]?.userPrincipalName,
        })),
      }),
    )
  })
})
