import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { activityRows } from '../../shared/activity/activity.ts'
import { createConnector } from '../../shared/connectors/connector.ts'
import { deleteConnector } from '../../shared/connectors/connector-removal.ts'
import type { ConnectorsContext } from '../../shared/connectors/context.ts'
import { deleteOrganization } from '../../shared/connectors/organization-removal.ts'
import { createRecoveryCodes } from '../../shared/connectors/recovery-codes.ts'
import { createSetupDoor } from '../../shared/connectors/setup-door.ts'
import { createSetupLink } from '../../shared/connectors/setup-link.ts'
import { deleteGroup, patchGroup } from '../../shared/scim/groups.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import { createUser, deleteUser, patchUser } from '../../shared/scim/users.ts'
import type { OrganizationId, ResourceId } from '../../shared/kernel/ids.ts'
import type { OidcSettings } from '../../shared/storage/config-oidc.ts'
import { touchConnector } from '../../shared/storage/connectors.ts'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { writeRollups } from '../../shared/storage/rollups.ts'
import { findCode, spendCode } from '../../shared/storage/one-time-codes.ts'
import { insertCurrentKey } from '../../shared/storage/signing-keys.ts'
import { changeSignIn, commitSignIn } from '../../shared/storage/sign-ins.ts'
import type { Row } from '../../shared/storage/table.ts'
import { findUser } from '../../shared/storage/users.ts'
import { intercept, only, newContext, newOrganization, newStore, outage } from '../connectors/fixtures.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  newDirectory,
  pageQuery,
  projectUser,
  replaceOp,
  rowsOf,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser } from '../support/gatehouse.ts'

/* docs/storage.md against the rows that are really written: each kind of row is there, with each of its properties. */

interface Documented {
  readonly row: string
  readonly properties: readonly string[]
}

/** The rows of the tables in one section of the page, which begin with the key and end with properties and lifetime. */
async function documented(section: string): Promise<readonly Documented[]> {
  const page = await readFile(new URL('../../docs/storage.md', import.meta.url), 'utf8')
  const [, text = ''] = page.split(`## Table \`${section}\``)
  const lines = (text.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'))
  return lines.flatMap((line) => {
    const [, keys = '', , properties = ''] = line.split('|')
    const names = codes(properties).filter((code) => /^[a-z]{1,5}$|^organization$/.test(code))
    return codes(keys).map((row) => ({ row, properties: names }))
  })
}

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => String(code))

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const PLACES: Readonly<Record<string, string>> = {
  user: ID,
  group: ID,
  member: ID,
  'hex of the first 12 bytes': '(?:[0-9a-f]{2}){1,12}',
  '9999999999999 − ms': String.raw`\d{13}`,
  'reversed time': String.raw`\d{13}`,
  '8 random': '[0-9a-z]{8}',
  '3 hex': '[0-9a-f]{3}',
  '10 random': '[0-9a-z]{10}',
  n: String.raw`\d{1,4}`,
  place: String.raw`\d{13}\.[0-9a-z]{8}`,
  // The names of this test: a key of ours that signs could be one otherwise.
  'short name': 'contoso|fabrikam',
  domain: '[0-9a-z.-]+',
  kid: '[0-9a-z]{12}',
  family: '[0-9a-z]+',
  'SHA-256': '[0-9a-f]{64}',
  '10 digits': String.raw`\d{10}`,
  '8 digits': String.raw`\d{8}`,
}

const placeOf = (name: string): string => (name.startsWith('H(') ? '[0-9a-f]{32}' : (PLACES[name] ?? '!'))

function matches(template: string, key: string): boolean {
  const parts = template.replaceAll('.', String.raw`\.`)
  return new RegExp(`^${parts.replaceAll(/\{([^}]+)\}/g, (_, name: string) => placeOf(name))}$`).test(key)
}

/** Pieces of a long text count as the property that they are pieces of. */
const propertyOf = (name: string): string => name.replace(/^(j|g|em|se)\d+$/, '$1')

/** What the page does not say of these rows. */
function missingIn(page: readonly Documented[], rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ key, values }) => {
    const found = page.filter(({ row }) => matches(row, key))
    if (found.length !== 1) return [`${key} is described ${found.length} times`]
    const known = found.flatMap(({ properties }) => properties)
    return Object.keys(values)
      .filter((name) => !known.includes(propertyOf(name)))
      .map((name) => `${key}: ${name}`)
  })
}

/** What the page says and no row has. */
function extraIn(page: readonly Documented[], rows: readonly Row[]): readonly string[] {
  return page.flatMap(({ row, properties }) => {
    const found = rows.filter(({ key }) => matches(row, key))
    if (found.length === 0) return [`no row ${row}`]
    const names = new Set(found.flatMap(({ values }) => Object.keys(values).map(propertyOf)))
    return properties.filter((name) => !names.has(name)).map((name) => `no ${name} in ${row}`)
  })
}

async function busyDirectory(): Promise<readonly Row[]> {
  const directory = newDirectory('memory')
  const { context } = directory
  const caller = { ...context.caller, clientRequestId: 'entra-1' }
  const roles = [{ value: 'Admin' }, { value: 'Captain' }]
  const user = await addUser(directory, { roles })
  await createUser({ ...context, caller }, entraUser(), 'platform')
  await patchUser(context, user, replaceOp('title', 'Pilot'), projectUser())
  const inner = await addGroup(directory, [user], { externalId: undefined })
  await patchGroup(context, await addGroup(directory), addMembersOp(inner))
  const gone = await addUser(directory)
  await addGroup(directory, [gone])
  await deleteUser(context, gone)
  const large = await addGroup(directory, await addUsers(directory, 60))
  await deleteGroup({ ...context, deadline: 0 }, large)
  for (let i = 0; i < 60; i++) await addGroup(directory)
  await signInOnce(directory, user)
  const sums = { sums: '{}', before: undefined }
  const periods = (['hour', 'day'] as const).map((period) => ({
    ...sums,
    period,
    start: new Date(),
    counted: period === 'hour' ? 'a line' : undefined,
  }))
  await writeRollups(directory.store, directory.tenant, periods, [])
  await listUsers(context, pageQuery())
  await listGroups(context, pageQuery())
  // One create in 64 folds the counters at once and leaves no row of its own.
  do await addUsers(directory, 1)
  while ((await rowsOf(directory, 'c.u.')).length === 0)
  do await addGroup(directory)
  while ((await rowsOf(directory, 'c.g.')).length === 0)
  return rowsOf(directory)
}

const OIDC: OidcSettings = {
  authority: { origin: 'https://login.microsoftonline.com', tenantId: randomUUID() },
  clientId: randomUUID(),
  clientSecret: 'sealed',
  clientSecretExpiresAt: undefined,
  linkByUserName: true,
}
const TEST = { platform: 'web', at: '2026-01-01T00:00:00.000Z', step: 'redeem' } as const

/** With everything that a sign-in can leave. */
async function signInOnce({ store, tenant, context }: Directory, id: ResourceId): Promise<void> {
  const expires = new Date(Date.now() + 60_000)
  const account = { tenantId: randomUUID(), objectId: randomUUID() }
  const rows = activityRows(context.caller, { operation: 'user.signIn', status: 302 }, new Date(), id)
  const code = { code: 'a code', grant: '{}', expires }
  const linked = {
    user: only(await findUser(store, tenant, id)),
    loginId: 'a login',
    at: new Date(),
    link: account,
    loginHint: 'a hint',
    session: { sid: randomUUID(), expires },
    code,
  }
  await commitSignIn(store, tenant, linked, rows)
  const family = { id: '0a1b', user: id, hash: 'a hash', grant: '{}', expires }
  await spendCode(store, tenant, only(await findCode(store, tenant, code.code)), family)
  const user = only(await findUser(store, tenant, id))
  const ended = { sid: 'hashed', at: new Date().toISOString() }
  const after = { ...user.signIn, validFrom: ended.at, endedSessions: [ended] }
  const ending = activityRows(context.caller, { operation: 'user.signOut', status: 200 }, new Date(), id)
  await changeSignIn(store, tenant, { user, after }, ending)
}

async function busyConfig(): Promise<readonly Row[]> {
  // The log does not answer, so that what is on its way there stays to be seen.
  const store = intercept(newStore(), ({ table, method }) => {
    if (table === 'directory' && method === 'batch') throw outage()
  })
  const context = newContext(store)
  const kept = { shortName: 'contoso', domains: ['contoso.com'] }
  const { id } = await newOrganization(context, kept)
  const { connector: connected } = await createConnector(context, id, 'entra')
  await touchConnector(store, connected, {
    ...connected,
    emailWalkDue: connected.created,
    oidc: { active: OIDC, draft: OIDC, lastTest: TEST },
  })
  await openSetup(context, id)
  const gone = await newOrganization(context, { shortName: 'fabrikam' })
  const { connector } = await createConnector(context, gone.id, 'entra')
  await deleteConnector(context, connector.id)
  await deleteOrganization(context, gone.id)
  const range = { from: '', to: '~', limit: 1_000 }
  const config = store.table('main', 'config')
  const wrapper = openKeyWrapper({ kind: 'fixed', key: randomBytes(32) })
  await createDataKeys(store, wrapper, () => new Date()).current()
  await insertCurrentKey(
    store,
    { kid: '0a1b2c3d4e5f', publicKey: '{}', sealed: 'sealed', created: TEST.at },
    undefined,
  )
  const partitions = [id, gone.id, 'claims', 'keys', 'setup'].map((partition) =>
    config.range(partition, range),
  )
  return (await Promise.all(partitions)).flat()
}

/** With a link that was used and one that was not. */
async function openSetup(context: ConnectorsContext, id: OrganizationId): Promise<void> {
  await createRecoveryCodes(context, id)
  await createSetupLink(context, id)
  const { secret } = await createSetupLink(context, id)
  await createSetupDoor(context).redeem(secret, context.caller)
}

describe('docs/storage.md', () => {
  let rows: readonly Row[]
  let page: readonly Documented[]

  beforeAll(async () => {
    rows = await busyDirectory()
    page = await documented('directory')
  })

  it('describes every row of the directory with every property', () => {
    expect(missingIn(page, rows)).toEqual([])
  })

  it('describes no row and no property of the directory that is not there', () => {
    expect(extraIn(page, rows)).toEqual([])
  })

  it('describes the rows of an organization, its connectors and its names', async () => {
    const config = await documented('config')
    const written = await busyConfig()

    expect(missingIn(config, written)).toEqual([])
    // A change of a connector names neither attributes nor a request of Entra's here.
    const never = ['rid', 'attrs', 'note', 'rt', 'id'].map((name) => `no ${name} in c.{n}.a.{place}`)
    expect(extraIn(config, written).filter((gap) => !never.includes(gap))).toEqual([])
  })
})
