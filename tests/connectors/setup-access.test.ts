import { describe, expect, inject, it } from 'vitest'
import { createConnector } from '../../shared/connectors/connector.ts'
import type { ConnectorsContext } from '../../shared/connectors/context.ts'
import { deleteOrganization } from '../../shared/connectors/organization-removal.ts'
import { purgeDeleted } from '../../shared/connectors/purge.ts'
import { createRecoveryCodes, getRecoveryState } from '../../shared/connectors/recovery-codes.ts'
import { createSetupDoor, type SetupDoor } from '../../shared/connectors/setup-door.ts'
import { createSetupLink, setupUrl } from '../../shared/connectors/setup-link.ts'
import { getActivityPage } from '../../shared/connectors/activity-page.ts'
import { newOrganizationId, type OrganizationId } from '../../shared/kernel/ids.ts'
import { newRecoveryCode } from '../../shared/kernel/recovery-code.ts'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { openStore } from '../../shared/storage/store.ts'
import { STORES, type StoreKind } from '../support/directory-context.ts'
import {
  failureFrom,
  intercept,
  newClock,
  newContext,
  newOrganization,
  newStore,
  only,
  outage,
  type Clock,
} from './fixtures.ts'

interface Scene {
  readonly context: ConnectorsContext
  readonly clock: Clock
  readonly door: SetupDoor
  readonly organization: OrganizationId
}

async function newScene(kind: StoreKind = 'memory'): Promise<Scene> {
  const clock = newClock()
  const connectionString = inject('azurite')
  const store =
    kind === 'memory'
      ? newStore()
      : openStore(new Map([['main', { kind: 'connectionString', connectionString }]]))
  const context = newContext(store, { now: clock.now })
  const { id } = await newOrganization(context)
  return { context, clock, door: createSetupDoor(context), organization: id }
}

const HOUR_MS = 3_600_000
const SOMEBODY = { actor: 'setup', correlationId: 'request-2', clientRequestId: undefined }

/** One way in, of either kind. */
const WAYS = [
  ['a setup link', 'link', async ({ context, organization }: Scene) => linkOf(context, organization)],
  [
    'a recovery code',
    'recovery',
    async ({ context, organization }: Scene) => only((await createRecoveryCodes(context, organization))[3]),
  ],
] as const

async function linkOf(context: ConnectorsContext, organization: OrganizationId): Promise<string> {
  return (await createSetupLink(context, organization)).secret
}

describe.each(STORES)('over %s', (kind) => {
  describe.each(WAYS)('%s', (_, entry, make) => {
    it('opens its own organization, once', async () => {
      const scene = await newScene(kind)
      const code = await make(scene)

      expect(await scene.door.redeem(code, SOMEBODY)).toEqual({
        organization: scene.organization,
        kind: entry,
      })
      expect(await scene.door.redeem(code, SOMEBODY)).toBeUndefined()
    })

    it('opens for one of eight who bring it at a time', async () => {
      const scene = await newScene(kind)
      const code = await make(scene)
      const doors = Array.from({ length: 8 }, () => createSetupDoor(scene.context))
      const entries = await Promise.all(doors.map((door) => door.redeem(code, SOMEBODY)))

      expect(entries.filter((one) => one !== undefined)).toHaveLength(1)
    })
  })
})

describe.each(WAYS)('%s', (_, __, make) => {
  it('stands nowhere in storage as it is', async () => {
    const scene = await newScene()
    const code = await make(scene)
    const table = scene.context.store.table('main', 'config')
    const range = { from: '', to: '~', limit: 1_000 }
    const rows = await Promise.all([scene.organization, 'setup'].map((one) => table.range(one, range)))

    expect(rows.flat().length).toBeGreaterThan(2)
    expect(JSON.stringify(rows)).not.toContain(code)
  })

  it('opens nothing of an organization that is deleted, and is gone once that is purged', async () => {
    const scene = await newScene()
    const code = await make(scene)
    await deleteOrganization(scene.context, scene.organization)

    expect(await scene.door.redeem(code, SOMEBODY)).toBeUndefined()

    scene.clock.advance(31 * 24 * HOUR_MS)
    await purgeDeleted(scene.context.store, scene.clock.now(), Date.now() + HOUR_MS)
    const table = scene.context.store.table('main', 'config')
    const range = { from: '', to: '~', limit: 1_000 }
    for (const partition of [scene.organization, 'setup'])
      expect(await table.range(partition, range)).toEqual([])
  })

  it('is told of in the log of each connector, when it is made and when it is used', async () => {
    const scene = await newScene()
    const { context, organization } = scene
    const { connector: first } = await createConnector(context, organization, 'entra')
    const { connector: second } = await createConnector(context, organization, 'entra')
    scene.clock.advance(1_000)
    const code = await make(scene)
    scene.clock.advance(1_000)
    await scene.door.redeem(code, SOMEBODY)

    for (const { id } of [first, second]) {
      const page = await getActivityPage(context.store, id, { before: undefined, count: 10 })
      const [used, made] = page
      expect(used).toMatchObject({ operation: expect.stringMatching(/^setup\.\w+\.use$/), actor: 'setup' })
      expect(made).toMatchObject({
        operation: expect.stringMatching(/^setup\.\w+\.create$/),
        actor: 'management',
        resource: { type: 'Organization', id: organization },
      })
      expect(JSON.stringify(page)).not.toContain(code)
    }
  })
})

describe.each(WAYS)('%s that is used while the log does not answer', (_, __, make) => {
  it('opens, and is told of as soon as the log is read', async () => {
    const scene = await newScene()
    const { context, organization } = scene
    const { connector } = await createConnector(context, organization, 'entra')
    const code = await make(scene)
    const silent = intercept(context.store, ({ table, method }) => {
      if (table === 'directory' && method === 'batch') throw outage()
    })
    scene.clock.advance(1_000)
    const door = createSetupDoor({ ...context, store: silent })

    expect(await door.redeem(code, SOMEBODY)).toMatchObject({ organization })
    const page = await getActivityPage(context.store, connector.id, { before: undefined, count: 10 })
    expect(page[0]?.operation).toMatch(/^setup\.\w+\.use$/)
  })
})

describe('a setup link', () => {
  it('is an address of ours, whose secret is sent to no server', () => {
    const secret = newSecret('setup')

    expect(setupUrl('https://id.example', secret)).toBe(`https://id.example/setup#${secret}`)
  })

  it('lasts 24 hours to the millisecond', async () => {
    const { context, clock, door, organization } = await newScene()
    const [early, late] = [await linkOf(context, organization), await linkOf(context, organization)]

    clock.advance(24 * HOUR_MS - 1)
    expect(await door.redeem(early, SOMEBODY)).toMatchObject({ kind: 'link' })
    clock.advance(1)
    expect(await door.redeem(late, SOMEBODY)).toBeUndefined()
  })

  it('is taken away once it has expired, and not before', async () => {
    const { context, clock, organization } = await newScene()
    await linkOf(context, organization)
    const rows = async (): Promise<number> =>
      (await context.store.table('main', 'config').range('setup', { from: '', to: '~', limit: 9 })).length

    await purgeDeleted(context.store, clock.now(), Date.now() + HOUR_MS)
    expect(await rows()).toBe(1)
    clock.advance(25 * HOUR_MS)
    await purgeDeleted(context.store, clock.now(), Date.now() + HOUR_MS)
    expect(await rows()).toBe(0)
  })

  it('is 404 for an organization that is not there', async () => {
    const { context } = await newScene()

    expect(await failureFrom(createSetupLink(context, newOrganizationId()))).toMatchObject({
      code: 'not_found',
    })
  })
})

describe('recovery codes', () => {
  it('are ten, all different, and each opens', async () => {
    const { context, door, organization } = await newScene()
    const codes = await createRecoveryCodes(context, organization)

    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(await door.redeem(code, SOMEBODY)).toMatchObject({ kind: 'recovery' })
    expect(await getRecoveryState(context.store, organization)).toMatchObject({ left: 0 })
  })

  it('are all replaced by new ones, used or not', async () => {
    const { context, door, organization } = await newScene()
    const old = await createRecoveryCodes(context, organization)
    const [first] = await createRecoveryCodes(context, organization)

    for (const code of old) expect(await door.redeem(code, SOMEBODY)).toBeUndefined()
    expect(await door.redeem(only(first), SOMEBODY)).toMatchObject({ organization })
  })

  it('are counted for the page, with the time of each use', async () => {
    const { context, clock, door, organization } = await newScene()
    expect(await getRecoveryState(context.store, organization)).toBeUndefined()
    const [first] = await createRecoveryCodes(context, organization)
    clock.advance(1_000)
    await door.redeem(only(first), SOMEBODY)

    expect(await getRecoveryState(context.store, organization)).toEqual({
      createdAt: '2026-03-01T12:00:00.000Z',
      left: 9,
      usedAt: ['2026-03-01T12:00:01.000Z'],
    })
  })
})

describe('codes that open nothing', () => {
  it.each([
    ['nothing', ''],
    ['a link that was never made', newSecret('setup')],
    ['a recovery code that was never made', newRecoveryCode()],
    ['a password of Entra', newSecret('scim')],
    ['a very long text', 'A'.repeat(100_000)],
  ])('%s is refused like all others', async (_, typed) => {
    const { door } = await newScene()

    expect(await door.redeem(typed, SOMEBODY)).toBeUndefined()
  })

  it('cost no storage where they cannot be ours', async () => {
    let requests = 0
    const door = createSetupDoor(newContext(newStore(() => requests++)))
    for (const typed of [newSecret('scim'), `${newSecret('setup').slice(0, -1)}-`, 'GHR-0000-0000'])
      await door.redeem(typed, SOMEBODY)

    expect(requests).toBe(0)
  })

  it('are 429 beyond sixty a minute, while a right one still opens', async () => {
    const { context, clock, door, organization } = await newScene()
    const code = await linkOf(context, organization)
    for (let i = 0; i < 60; i++) expect(await door.redeem(newSecret('setup'), SOMEBODY)).toBeUndefined()
    clock.advance(20_000)

    expect(await failureFrom(door.redeem(newSecret('setup'), SOMEBODY))).toEqual({
      code: 'rate_limited',
      retryAfterSeconds: 40,
    })
    expect(await door.redeem(code, SOMEBODY)).toMatchObject({ organization })
    clock.advance(40_000)
    expect(await door.redeem(newSecret('setup'), SOMEBODY)).toBeUndefined()
  })
})
