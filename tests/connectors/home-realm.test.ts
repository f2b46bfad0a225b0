import { describe, expect, it } from 'vitest'
import { createConnector } from '../../shared/connectors/connector.ts'
import { findHomeRealm } from '../../shared/connectors/home-realm.ts'
import { updateOrganization } from '../../shared/connectors/organization.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import type { OidcSettings } from '../../shared/storage/config-oidc.ts'
import {
  findConnector,
  tenantOf,
  touchConnector,
  type StoredConnector,
} from '../../shared/storage/connectors.ts'
import type { Store } from '../../shared/storage/store.ts'
import { insertUser } from '../../shared/storage/users.ts'
import { newResourceId } from '../../shared/kernel/ids.ts'
import { newContext, newOrganization, newStore } from './fixtures.ts'

const ACTIVE: OidcSettings = {
  authority: {
    origin: 'https://login.microsoftonline.com',
    tenantId: '5b3c1f0e-7d2a-4c8b-9e6f-0a1b2c3d4e5f',
  },
  clientId: '0b6f1c1e-0000-4000-8000-000000000001',
  clientSecret: undefined,
  clientSecretExpiresAt: undefined,
  linkByUserName: true,
}

const ACTIVITY = { op: 'user.create', actor: 'test', cid: 'request-1', res: 201 }

async function change(store: Store, connector: StoredConnector, edit: Partial<StoredConnector>) {
  const now = (await findConnector(store, connector.id)) ?? connector
  await touchConnector(store, now, { ...now, ...edit })
}

/** An organization with as many connectors as wanted, all open for sign-in. */
async function scene(count = 1) {
  const store = newStore()
  const context = newContext(store)
  const organization = await newOrganization(context, {
    shortName: 'contoso',
    domains: ['contoso.com', 'bücher.example'],
  })
  const connectors: StoredConnector[] = []
  for (let index = 0; index < count; index++) {
    const { connector } = await createConnector(context, organization.id, 'entra')
    await change(store, connector, { oidc: { active: ACTIVE, draft: undefined, lastTest: undefined } })
    connectors.push(connector)
  }
  return { store, context, organization, connectors }
}

describe('home realm discovery', () => {
  it.each([
    'mira@contoso.com',
    ' Mira@CONTOSO.com ',
    '"odd@name"@contoso.com',
    'contoso.com',
    'contoso',
    'Contoso',
    'jörg@bücher.example',
  ])('finds the connector for %s', async (typed) => {
    const { store, connectors } = await scene()
    expect(await findHomeRealm(store, typed)).toBe(connectors[0]?.id)
  })

  it.each([
    '',
    '@',
    'mira@',
    'mira@fabrikam.com',
    'fabrikam',
    'mira@contoso.com.evil.example',
    'mira@x/contoso.com',
    'contoso#',
    "contoso' or 1 eq 1",
    'mira@con\u0000toso.com',
    `${'x'.repeat(400)}@contoso.com`,
  ])('finds nothing for %j', async (typed) => {
    const { store } = await scene()
    expect(await findHomeRealm(store, typed)).toBeUndefined()
  })

  it.each<[string, Partial<StoredConnector>]>([
    ['disabled', { life: 'disabled' }],
    ['deleted', { life: 'deleted' }],
    ['not set up for sign-in', { oidc: { active: undefined, draft: ACTIVE, lastTest: undefined } }],
  ])('finds no connector that is %s', async (_, edit) => {
    const { store, connectors } = await scene()
    const [connector] = connectors
    if (connector === undefined) throw new Error('There is no connector.')
    await change(store, connector, edit)
    expect(await findHomeRealm(store, 'mira@contoso.com')).toBeUndefined()
  })

  it('knows no name that the organization has let go of', async () => {
    const { store, context, organization, connectors } = await scene()
    await updateOrganization(context, organization.id, { domains: ['contoso.com'] })
    expect(await findHomeRealm(store, 'x@bücher.example')).toBeUndefined()
    expect(await findHomeRealm(store, 'x@contoso.com')).toBe(connectors[0]?.id)
  })

  it('chooses the tenant that has provisioned the person, or else the first', async () => {
    const { store, connectors } = await scene(2)
    const [first, second] = connectors
    if (first === undefined || second === undefined) throw new Error('There are no two connectors.')
    const at = new Date().toISOString()
    const state = {
      attributes: {},
      index: {
        userName: 'mira@contoso.com',
        externalId: undefined,
        emails: [],
        uniqueEmail: 'm.holt@contoso.com',
        search: [],
        active: true,
        role: undefined,
      },
      created: at,
      modified: at,
      version: '1',
      origin: undefined,
    }
    await insertUser(
      store,
      tenantOf(second),
      { id: newResourceId(), state },
      activityWrites(new Date(), ACTIVITY),
    )
    expect(await findHomeRealm(store, 'Mira@contoso.com')).toBe(second.id)
    expect(await findHomeRealm(store, 'm.holt@contoso.com')).toBe(second.id)
    expect(await findHomeRealm(store, 'somebody@contoso.com')).toBe(first.id)
    expect(await findHomeRealm(store, 'contoso')).toBe(first.id)
  })
})
