import { describe, expect, it } from 'vitest'
import { createConnector, listConnectors } from '../../shared/connectors/connector.ts'
import { deleteOrganization } from '../../shared/connectors/organization-removal.ts'
import {
  createOrganization,
  getOrganization,
  updateOrganization,
} from '../../shared/connectors/organization.ts'
import { newOrganizationId } from '../../shared/kernel/ids.ts'
import { claimNames } from '../../shared/storage/config-claims.ts'
import {
  failureFrom,
  intercept,
  newClock,
  newContext,
  newOrganization,
  newStore,
  outage,
} from './fixtures.ts'

describe('an organization', () => {
  it('is stored with its names in lower case, each domain once', async () => {
    const context = newContext(newStore())

    const { id } = await createOrganization(context, {
      name: '  Contoso Ltd ',
      plan: 'standard',
      shortName: 'Contoso',
      domains: ['Contoso.com', 'contoso.COM', 'Bücher.example'],
    })

    expect(await getOrganization(context.store, id)).toMatchObject({
      name: 'Contoso Ltd',
      plan: 'standard',
      shortName: 'contoso',
      domains: ['contoso.com', 'xn--bcher-kva.example'],
      nextConnector: 1,
    })
  })

  it.each([
    ['name', { name: ' ' }],
    ['name', { name: 'x'.repeat(201) }],
    ['plan', { plan: 'free' }],
    ['shortName', { shortName: '-contoso' }],
    ['shortName', { shortName: 'con toso' }],
    ['shortName', { shortName: '' }],
    ['domains', { domains: ['contoso'] }],
    ['domains', { domains: ['192.168.0.1'] }],
    ['domains', { domains: ['con/toso.com'] }],
    ['domains', { domains: [''] }],
    ['domains', { domains: Array.from({ length: 51 }, (_, i) => `d${i}.example`) }],
  ])('refuses a wrong %s by name: %j', async (member, input) => {
    const failure = await failureFrom(newOrganization(newContext(newStore()), input))

    expect(failure).toMatchObject({ code: 'bad_request', detail: expect.stringContaining(member) })
  })

  it('is not found once deleted, and neither are its connectors', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context)
    await createConnector(context, id, 'entra')
    await createConnector(context, id, 'entra')

    await deleteOrganization(context, id)

    expect((await failureFrom(getOrganization(context.store, id))).code).toBe('not_found')
    expect((await failureFrom(listConnectors(context.store, id))).code).toBe('not_found')
    expect((await failureFrom(deleteOrganization(context, id))).code).toBe('not_found')
  })

  it('keeps both changes where two are made at the same time', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context)

    await Promise.all([
      updateOrganization(context, id, { name: 'Contoso AG' }),
      updateOrganization(context, id, { shortName: 'contoso' }),
    ])

    expect(await getOrganization(context.store, id)).toMatchObject({
      name: 'Contoso AG',
      shortName: 'contoso',
    })
  })
})

describe('short names and domains', () => {
  it('belong to one organization: a second one is refused and told which', async () => {
    const context = newContext(newStore())
    await newOrganization(context, { shortName: 'contoso', domains: ['contoso.com'] })

    expect(await failureFrom(newOrganization(context, { shortName: 'CONTOSO' }))).toMatchObject({
      code: 'not_unique',
      detail: expect.stringContaining('"contoso"'),
      attributes: ['shortName'],
    })
    expect(
      await failureFrom(newOrganization(context, { domains: ['fabrikam.com', 'contoso.com'] })),
    ).toMatchObject({ code: 'not_unique', attributes: ['domains'] })
    await expect(newOrganization(context, { domains: ['fabrikam.com'] })).resolves.toBeDefined()
  })

  it('go to exactly one of many that ask at the same time', async () => {
    const context = newContext(newStore())

    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => newOrganization(context, { shortName: 'contoso' })),
    )

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('are free again once dropped, and once their organization is deleted', async () => {
    const context = newContext(newStore())
    const first = await newOrganization(context, { shortName: 'contoso', domains: ['a.com', 'b.com'] })
    await updateOrganization(context, first.id, { shortName: null, domains: ['b.com'] })
    const second = await newOrganization(context, { shortName: 'contoso', domains: ['a.com'] })

    expect((await failureFrom(newOrganization(context, { domains: ['b.com'] }))).code).toBe('not_unique')
    await deleteOrganization(context, second.id)
    await deleteOrganization(context, first.id)

    await expect(
      newOrganization(context, { shortName: 'contoso', domains: ['a.com', 'b.com'] }),
    ).resolves.toBeDefined()
  })

  it('can be taken over a minute after a process died before it wrote the organization', async () => {
    const store = newStore()
    const clock = newClock()
    const context = newContext(store, { now: clock.now })
    await claimNames(store, newOrganizationId(), ['s.contoso'], clock.now())

    clock.advance(60_000)
    expect((await failureFrom(newOrganization(context, { shortName: 'contoso' }))).code).toBe('not_unique')
    clock.advance(1)

    await expect(newOrganization(context, { shortName: 'contoso' })).resolves.toBeDefined()
  })

  it('can be taken over from a holder that no longer has them, by exactly one', async () => {
    const plain = newStore()
    const clock = newClock()
    const context = newContext(plain, { now: clock.now })
    const holder = await newOrganization(context, { shortName: 'contoso' })
    // The process dies after the row is written and before the claim is let go.
    const dying = intercept(plain, ({ partition, writes }) => {
      if (partition === 'claims' && writes.some(({ kind }) => kind === 'delete')) throw outage()
    })
    await failureFrom(updateOrganization({ ...context, store: dying }, holder.id, { shortName: null }))
    clock.advance(60_001)

    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => newOrganization(context, { shortName: 'contoso' })),
    )

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('are never taken over from an organization that has them, however old the claim is', async () => {
    const clock = newClock()
    const context = newContext(newStore(), { now: clock.now })
    await newOrganization(context, { domains: ['contoso.com'] })
    clock.advance(365 * 86_400_000)

    expect((await failureFrom(newOrganization(context, { domains: ['contoso.com'] }))).code).toBe(
      'not_unique',
    )
  })

  it('stay with an organization that takes one up again while another request lets it go', async () => {
    const plain = newStore()
    const context = newContext(plain)
    const { id } = await newOrganization(context, { domains: ['contoso.com'] })
    let hold: (() => Promise<unknown>) | undefined = () =>
      updateOrganization(context, id, { domains: ['contoso.com'] })
    const slow = intercept(plain, async ({ partition, writes }) => {
      if (partition !== 'claims' || !writes.some(({ kind }) => kind === 'delete')) return
      const work = hold
      hold = undefined
      await work?.()
    })

    await updateOrganization({ ...context, store: slow }, id, { domains: [] })

    expect((await getOrganization(plain, id)).domains).toEqual(['contoso.com'])
    expect((await failureFrom(newOrganization(context, { domains: ['contoso.com'] }))).code).toBe(
      'not_unique',
    )
  })
})
