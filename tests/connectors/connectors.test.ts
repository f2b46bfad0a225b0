import { describe, expect, it } from 'vitest'
import { getConnector } from '../../shared/connectors/connector-change.ts'
import { deleteConnector } from '../../shared/connectors/connector-removal.ts'
import { createConnector, listConnectors, updateConnector } from '../../shared/connectors/connector.ts'
import { updateOrganization } from '../../shared/connectors/organization.ts'
import { addScimSecret, revokeScimSecret } from '../../shared/connectors/scim-secret.ts'
import { hashSecret } from '../../shared/kernel/secrets.ts'
import {
  failureFrom,
  newConnector,
  newContext,
  newInstance,
  newOrganization,
  newStore,
  only,
  newPorts,
} from './fixtures.ts'

const ports = newPorts()

describe('a connector', () => {
  it('begins enabled, with one password that is stored as a hash, and the strict rules', async () => {
    const { connector, password, organization } = await newConnector(newContext(newStore()))

    expect(connector).toMatchObject({
      id: `${organization.id}-1`,
      life: 'enabled',
      account: 'main',
      requiredAttributes: ['name.givenName', 'name.familyName', 'emails'],
      uniqueEmail: 'on',
      marks: {},
    })
    expect(connector.secrets).toMatchObject([{ hash: hashSecret(password), lastFour: password.slice(-4) }])
    expect(JSON.stringify(connector)).not.toContain(password)
  })

  it('gets a number that no other one gets, ever, also when many are made at the same time', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context)
    const made = await Promise.all(Array.from({ length: 3 }, () => createConnector(context, id, 'entra')))
    expect(made.map(({ connector }) => connector.id).toSorted()).toEqual([`${id}-1`, `${id}-2`, `${id}-3`])
    await deleteConnector(context, only(made.at(-1)).connector.id)

    const { connector } = await createConnector(context, id, 'entra')

    expect(connector.id).toBe(`${id}-4`)
  })

  it('is listed with the others in the order of their numbers, deleted ones left out', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context)
    for (let i = 0; i < 11; i++) await createConnector(context, id, 'entra')
    const all = await listConnectors(context.store, id)
    await deleteConnector(context, only(all[1]).id)

    const left = await listConnectors(context.store, id)

    expect(left.map((connector) => connector.id)).toEqual(
      [1, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `${id}-${n}`),
    )
  })

  it('can be one of a hundred at most', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context)
    for (let i = 0; i < 100; i++) await createConnector(context, id, 'entra')

    expect((await failureFrom(createConnector(context, id, 'entra'))).code).toBe('conflict')
  })

  it('takes only its known type, states and attributes', async () => {
    const context = newContext(newStore())
    const { connector, organization } = await newConnector(context)

    for (const work of [
      createConnector(context, organization.id, 'okta'),
      updateConnector(context, connector.id, { state: 'deleted' }, ports),
      updateConnector(context, connector.id, { requiredAttributes: ['userName'] }, ports),
      updateConnector(context, connector.id, { requiredAttributes: ['emails', 'name'] }, ports),
    ])
      expect((await failureFrom(work)).code).toBe('bad_request')
  })

  it('changes what is given and keeps the rest', async () => {
    const context = newContext(newStore())
    const { connector } = await newConnector(context)

    const changes = {
      state: 'disabled',
      requiredAttributes: ['title', 'title', 'displayName'],
      uniqueEmail: false,
    }
    const changed = await updateConnector(context, connector.id, changes, ports)
    const same = await updateConnector(context, connector.id, {}, ports)

    const expected = { life: 'disabled', requiredAttributes: ['title', 'displayName'], uniqueEmail: 'off' }
    expect(changed).toMatchObject({ ...expected, secrets: connector.secrets })
    expect(same).toEqual(changed)
  })

  it('keeps every one of many changes that are made at the same time', async () => {
    const context = newContext(newStore())
    const { connector } = await newConnector(context)

    await Promise.all([
      updateConnector(context, connector.id, { state: 'disabled' }, ports),
      updateConnector(context, connector.id, { requiredAttributes: [] }, ports),
      addScimSecret(context, connector.id),
    ])

    const after = await getConnector(context.store, connector.id)
    expect(after).toMatchObject({ life: 'disabled', requiredAttributes: [] })
    expect(after.secrets).toHaveLength(2)
  })
})

describe('passwords', () => {
  it('are two at most, also when many are asked for at the same time', async () => {
    const context = newContext(newStore())
    const { connector } = await newConnector(context)

    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => addScimSecret(context, connector.id)),
    )

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await failureFrom(addScimSecret(context, connector.id))).code).toBe('conflict')
  })

  it('can all be revoked, the last one too, and an unknown one is 404', async () => {
    const context = newContext(newStore())
    const { connector, password } = await newConnector(context)
    const [secret] = connector.secrets
    await revokeScimSecret(context, connector.id, secret?.id ?? '')

    const { secrets } = await getConnector(context.store, connector.id)
    expect(secrets).toEqual([])
    expect((await failureFrom(revokeScimSecret(context, connector.id, secret?.id ?? ''))).code).toBe(
      'not_found',
    )
    const work = newInstance(context.store).authenticate(connector.id, `Bearer ${password}`)
    expect((await failureFrom(work)).code).toBe('unauthenticated')
  })
})

describe('the plan', () => {
  it('standard: refuses to add a connector and says whom to ask', async () => {
    const context = newContext(newStore())
    const { id } = await newOrganization(context, { plan: 'standard' })

    expect(await failureFrom(createConnector(context, id, 'entra'))).toEqual({
      code: 'plan_required',
      contact: 'sales@example.com',
    })
  })

  it('downgraded: goes on provisioning, can be read, locks edits, and never locks a door open', async () => {
    const context = newContext(newStore())
    const { connector, password, organization } = await newConnector(context)
    const { secret } = await addScimSecret(context, connector.id)
    await updateOrganization(context, organization.id, { plan: 'standard' })

    for (const work of [
      createConnector(context, organization.id, 'entra'),
      updateConnector(context, connector.id, { requiredAttributes: [] }, ports),
      updateConnector(context, connector.id, { state: 'disabled' }, ports),
      addScimSecret(context, connector.id),
    ])
      expect((await failureFrom(work)).code).toBe('plan_required')
    const instance = newInstance(context.store)
    await expect(instance.authenticate(connector.id, `Bearer ${password}`)).resolves.toBeDefined()
    await expect(getConnector(context.store, connector.id)).resolves.toBeDefined()
    await revokeScimSecret(context, connector.id, secret.id)
    await deleteConnector(context, connector.id)
    expect((await failureFrom(getConnector(context.store, connector.id))).code).toBe('not_found')
  })

  it('upgraded again: takes edits again', async () => {
    const context = newContext(newStore())
    const { connector, organization } = await newConnector(context)
    await updateOrganization(context, organization.id, { plan: 'standard' })
    await updateOrganization(context, organization.id, { plan: 'enterprise' })

    await expect(
      updateConnector(context, connector.id, { requiredAttributes: [] }, ports),
    ).resolves.toBeDefined()
  })
})
