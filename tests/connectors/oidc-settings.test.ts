import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { updateConnector } from '../../shared/connectors/connector.ts'
import { getConnector } from '../../shared/connectors/connector-change.ts'
import { openClientSecret, type OidcPatch } from '../../shared/connectors/oidc-settings.ts'
import {
  newSignInTicket,
  openSignInTicket,
  recordSignInTest,
  settingsUnderTest,
} from '../../shared/connectors/sign-in-test.ts'
import { updateOrganization } from '../../shared/connectors/organization.ts'
import { listActivity } from '../../shared/activity/activity.ts'
import type { SignInPlatform, SignInTest } from '../../shared/storage/config-oidc.ts'
import {
  CONTOSO_TENANT,
  failureFrom,
  newClock,
  newConnector,
  newContext,
  newPorts,
  newStore,
  only,
} from './fixtures.ts'

const ORIGIN = 'https://login.microsoftonline.com'
const newSecret = (): string => `~${randomBytes(16).toString('base64url')}`

async function scene() {
  const store = newStore()
  const clock = newClock()
  const context = newContext(store, { now: clock.now })
  const ports = newPorts(store)
  const { connector, organization, tenant } = await newConnector(context)
  const { id } = connector
  const given = { authority: CONTOSO_TENANT, clientId: randomUUID(), clientSecret: newSecret() }
  return {
    store,
    clock,
    context,
    ports,
    id,
    organization,
    tenant,
    given,
    save: (oidc: OidcPatch) => updateConnector(context, id, { oidc }, ports),
    read: async () => (await getConnector(store, id)).oidc,
    /** A test of what is there now, with this outcome. */
    test: async (platform: SignInPlatform, reason?: string) => {
      const { text } = await newSignInTicket(context, id, platform, ports.sealer)
      const ticket = only(await openSignInTicket(ports.sealer, id, text, clock.now()))
      const test: SignInTest = {
        platform,
        at: clock.now().toISOString(),
        step: 'redeem',
        ...(reason === undefined ? {} : { reason }),
      }
      await recordSignInTest(context, id, ticket.fingerprint, test)
      return ticket
    },
  }
}

describe('sign-in settings', () => {
  it('are a draft until a test of the web platform has succeeded', async () => {
    const { save, read, test, given, id, ports } = await scene()
    await save(given)
    const before = await read()
    await test('app')
    const afterApp = await read()
    await test('web')
    const { active, draft, lastTest } = await read()

    expect(before).toMatchObject({ active: undefined, lastTest: undefined })
    expect(before.draft).toMatchObject({
      authority: { origin: ORIGIN, tenantId: CONTOSO_TENANT },
      clientId: given.clientId,
      linkByUserName: true,
    })
    expect(afterApp).toMatchObject({ active: undefined, lastTest: { platform: 'app' } })
    expect(draft).toBeUndefined()
    expect(lastTest).toMatchObject({ platform: 'web', step: 'redeem' })
    expect(await openClientSecret(ports.sealer, id, only(active))).toBe(given.clientSecret)
  })

  it('keep what works while new ones fail', async () => {
    const { save, read, test, given } = await scene()
    await save(given)
    await test('web')
    await save({ clientSecret: newSecret() })
    await test('web', 'secret-wrong')
    const { active, draft, lastTest } = await read()

    expect(active).toMatchObject({ clientId: given.clientId })
    expect(draft?.clientSecret).not.toBe(active?.clientSecret)
    expect(lastTest).toMatchObject({ reason: 'secret-wrong' })
  })

  it('are not made active by a test of others that were there before', async () => {
    const { save, read, context, id, ports, clock, given } = await scene()
    await save(given)
    const { text } = await newSignInTicket(context, id, 'web', ports.sealer)
    const ticket = only(await openSignInTicket(ports.sealer, id, text, clock.now()))
    await save({ clientSecret: newSecret() })
    const test = { platform: 'web', at: clock.now().toISOString(), step: 'done' } as const
    await recordSignInTest(context, id, ticket.fingerprint, test)

    expect((await read()).active).toBeUndefined()
    expect(settingsUnderTest({ oidc: await read() }, ticket.fingerprint)).toBeUndefined()
  })

  it('of who may be linked, and of the expiry, hold at once', async () => {
    const { save, read, test, given } = await scene()
    await save(given)
    await test('web')
    await save({ linkByUserName: false, clientSecretExpiresAt: '2027-05-31' })
    const first = await read()
    await save({ clientSecret: newSecret() })
    await save({ linkByUserName: true, clientSecretExpiresAt: null })
    const second = await read()

    expect(first).toMatchObject({
      draft: undefined,
      active: { linkByUserName: false, clientSecretExpiresAt: '2027-05-31T00:00:00.000Z' },
    })
    expect(second.active?.linkByUserName).toBe(true)
    expect(second.draft).toMatchObject({ linkByUserName: true, clientSecretExpiresAt: undefined })
  })

  it('of another client id have no secret before one is entered', async () => {
    const { save, read, given } = await scene()
    await save({ ...given, clientSecretExpiresAt: '2027-05-31' })
    await save({ clientId: randomUUID() })

    expect((await read()).draft).toMatchObject({ clientSecret: undefined, clientSecretExpiresAt: undefined })
  })

  it('find the tenant of a domain once', async () => {
    const { save, read, given } = await scene()
    await save({ ...given, authority: 'contoso.com' })

    expect((await read()).draft?.authority).toEqual({ origin: ORIGIN, tenantId: CONTOSO_TENANT })
  })

  it.each([
    [{ authority: 'nobody.example' }, /No Entra tenant/],
    [{ authority: 'https://evil.example/x' }, /not a sign-in address/],
    [{ clientId: 'my app' }, /Application \(client\) ID/],
    [{ clientSecret: randomUUID() }, /id of the client secret/],
    [{ clientSecret: ' ' }, /1 to 500/],
    [{ clientSecret: 'ü'.repeat(3) }, /1 to 500/],
    [{ clientSecretExpiresAt: 'soon' }, /a date/],
    [{ clientSecretExpiresAt: '2026-02-28' }, /has expired/],
    [{ linkByUserName: false }, /together/],
    [{ authority: CONTOSO_TENANT }, /together/],
  ])('that cannot be right are refused and change nothing: %o', async (patch, sentence) => {
    const { save, read } = await scene()

    expect(await failureFrom(save(patch))).toMatchObject({
      code: 'bad_request',
      detail: expect.stringMatching(sentence),
    })
    expect(await read()).toEqual({ active: undefined, draft: undefined, lastTest: undefined })
  })

  it('keep the secret out of the row and the activity, which names what was changed', async () => {
    const { save, store, tenant, given, id } = await scene()
    await save(given)
    const [entry] = await listActivity(store, tenant, { before: undefined, count: 1 })

    expect(entry).toMatchObject({
      operation: 'connector.update',
      attributes: ['oidc.authority', 'oidc.clientId', 'oidc.clientSecret'],
    })
    expect(JSON.stringify([entry, await getConnector(store, id)])).not.toContain(given.clientSecret)
  })

  it('sealed for one connector open for no other', async () => {
    const first = await scene()
    await first.save(first.given)
    const { id } = (await newConnector(first.context)).connector
    const settings = only((await first.read()).draft)

    expect(await openClientSecret(first.ports.sealer, id, settings)).toBeUndefined()
  })
})

describe('a ticket for a test', () => {
  it('is good for ten minutes, for its connector alone', async () => {
    const { save, given, context, id, ports, clock } = await scene()
    await save(given)
    const other = (await newConnector(context)).connector.id
    const { text, expiresAt } = await newSignInTicket(context, id, 'app', ports.sealer)

    expect(Date.parse(expiresAt) - clock.now().getTime()).toBe(600_000)
    expect(await openSignInTicket(ports.sealer, id, text, clock.now())).toMatchObject({ platform: 'app' })
    expect(await openSignInTicket(ports.sealer, other, text, clock.now())).toBeUndefined()
    expect(await openSignInTicket(ports.sealer, id, `${text}x`, clock.now())).toBeUndefined()
    clock.advance(600_001)
    expect(await openSignInTicket(ports.sealer, id, text, clock.now())).toBeUndefined()
  })

  it('needs something to test, and the plan', async () => {
    const { context, id, ports, save, given, organization } = await scene()
    const without = await failureFrom(newSignInTicket(context, id, 'web', ports.sealer))
    await save(given)
    await updateOrganization(context, organization.id, { plan: 'standard' })

    expect(without).toMatchObject({ code: 'conflict' })
    expect(await failureFrom(newSignInTicket(context, id, 'web', ports.sealer))).toMatchObject({
      code: 'plan_required',
    })
    expect(await failureFrom(save({ clientSecret: newSecret() }))).toMatchObject({ code: 'plan_required' })
  })
})
