import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openApi, type Answer, type Api } from './fixtures.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const unknown = `organizations/${'0'.repeat(16)}`

async function newOrganization(body: Record<string, unknown> = {}): Promise<string> {
  const { json } = await api.manage('POST', 'organizations', { name: 'Contoso', plan: 'enterprise', ...body })
  return `organizations/${String(json.id)}`
}

async function newConnector(): Promise<{ organization: string; path: string; created: Answer }> {
  const organization = await newOrganization()
  const created = await api.manage('POST', `${organization}/connectors`, { type: 'entra' })
  return { organization, path: `${organization}/connectors/${String(created.json.id)}`, created }
}

describe('organizations', () => {
  it('are created, read, changed and deleted', async () => {
    const input = { name: 'Contoso', plan: 'standard', shortName: 'Contoso-1', domains: ['contoso-1.com'] }
    const created = await api.manage('POST', 'organizations', input)
    const path = `organizations/${String(created.json.id)}`
    const expected = { ...input, shortName: 'contoso-1', id: created.json.id }

    expect(created).toMatchObject({ status: 201, json: expected })
    expect(created.headers['Location']).toBe(`https://id.example.com/management/${path}`)
    expect(await api.manage('GET', path)).toMatchObject({ status: 200, json: expected })
    const changed = await api.manage('PATCH', path, { plan: 'enterprise', shortName: null })
    expect(changed.json).toEqual({
      id: created.json.id,
      name: 'Contoso',
      plan: 'enterprise',
      domains: ['contoso-1.com'],
    })
    expect(await api.manage('DELETE', path)).toMatchObject({ status: 204, text: undefined })
    expect(await api.manage('GET', path)).toMatchObject({
      status: 404,
      json: { type: '/problems/not-found' },
    })
  })

  it.each([
    [{ plan: 'enterprise' }, 'name'],
    [{ name: 'Contoso' }, 'plan'],
    [{ name: 7, plan: 'enterprise' }, 'name must be a string'],
    [{ name: 'Contoso', plan: 'enterprise', shortName: null }, 'shortName must be a string'],
    [{ name: 'Contoso', plan: 'enterprise', domains: 'contoso.com' }, 'domains must be an array of strings'],
    [{ name: 'Contoso', plan: 'enterprise', domains: [1] }, 'domains must be an array of strings'],
    [{ name: 'Contoso', plan: 'enterprise', colour: 'red', size: 1 }, '"colour", "size"'],
    [JSON.parse('{"name":"Contoso","plan":"enterprise","__proto__":{}}'), '"__proto__"'],
    [[], 'object'],
    ['{', 'JSON'],
    [undefined, 'object'],
  ])('refuse the body %j with a sentence', async (body, words) => {
    const { status, headers, json } = await api.manage('POST', 'organizations', body)

    expect(status).toBe(400)
    expect(headers['Content-Type']).toBe('application/problem+json')
    expect(json).toMatchObject({
      type: '/problems/bad-request',
      status: 400,
      detail: expect.stringContaining(words),
    })
  })

  it('answer 409 for a name of another one, and say which member it was', async () => {
    await newOrganization({ shortName: 'contoso-2' })

    const body = { name: 'Contoso', plan: 'standard', shortName: 'contoso-2' }
    expect(await api.manage('POST', 'organizations', body)).toMatchObject({
      status: 409,
      json: { type: '/problems/not-unique', attributes: ['shortName'] },
    })
  })
})

describe('connectors', () => {
  it('show their password in the answer that creates them and nowhere else', async () => {
    const { organization, path, created } = await newConnector()
    const { password, ...scim } = created.json.scim
    const id = created.json.id

    expect(created.status).toBe(201)
    expect(created.headers).toMatchObject({
      Location: `https://id.example.com/management/${path}`,
      'Cache-Control': 'no-store',
    })
    expect(password).toMatch(/^gh_scim_[0-9A-Za-z]{49}$/)
    const read = await api.manage('GET', path)
    expect(read.json).toEqual({
      id,
      type: 'entra',
      state: 'enabled',
      requiredAttributes: ['name.givenName', 'name.familyName', 'emails'],
      uniqueEmail: true,
      customAttributes: [],
      marks: {},
      createdAt: created.json.createdAt,
      scim,
      oidc: {
        active: null,
        draft: null,
        lastTest: null,
        redirectUris: {
          publicClient: `https://id.example.com/auth/${String(id)}/app/callback`,
          web: `https://id.example.com/auth/${String(id)}/web/callback`,
        },
      },
    })
    expect(scim).toEqual({
      url: `https://id.example.com/scim/v2/${String(id)}`,
      userName: id,
      secrets: [{ id: expect.any(String), lastFour: password.slice(-4), createdAt: expect.any(String) }],
    })
    const list = await api.manage('GET', `${organization}/connectors`)
    expect(list.json).toEqual({ connectors: [read.json] })
    const activity = await api.manage('GET', `${path}/activity`)
    for (const { text } of [read, list, activity]) expect(text).not.toContain(password)
  })

  it('are changed by what is given, and 400 names what is not taken', async () => {
    const { path } = await newConnector()
    const changes = { state: 'disabled', requiredAttributes: [], uniqueEmail: false }

    expect(await api.manage('PATCH', path, changes)).toMatchObject({ status: 200, json: changes })
    for (const [body, words] of [
      [{ oidc: { linkByUserName: false } }, 'authority and the client id'],
      [{ oidc: 'x' }, 'oidc must be an object'],
      [{ oidc: { secret: 'x' } }, '"secret"'],
      [{ oidc: { clientSecret: 7 } }, 'clientSecret must be a string, or null'],
      [{ uniqueEmail: 'yes' }, 'uniqueEmail must be true or false'],
      [{ requiredAttributes: [''] }, 'requiredAttributes'],
      [{ state: 'deleted' }, 'state must be'],
    ] as const)
      expect(await api.manage('PATCH', path, body)).toMatchObject({
        status: 400,
        json: { detail: expect.stringContaining(words) },
      })
  })

  it('are found only under their own organization', async () => {
    const [a, b] = [await newConnector(), await newConnector()]
    const id = String(b.created.json.id)
    const secretId = String(b.created.json.scim.secrets[0].id)

    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/scim-secrets'],
      ['DELETE', `/scim-secrets/${secretId}`],
      ['GET', '/activity'],
    ] as const)
      for (const connector of [id, id.replace(/-1$/, '-2'), 'junk', '1']) {
        const body = method === 'PATCH' ? { state: 'disabled' } : undefined
        const answer = await api.manage(method, `${a.organization}/connectors/${connector}${path}`, body)
        expect(answer).toMatchObject({ status: 404, json: { type: '/problems/not-found' } })
      }
    expect((await api.manage('GET', b.path)).json).toMatchObject({
      state: 'enabled',
      scim: { secrets: [{}] },
    })
  })

  it('answer 403 with the contact on the standard plan, and 404 without the organization', async () => {
    const organization = await newOrganization({ plan: 'standard' })

    expect(await api.manage('POST', `${organization}/connectors`, { type: 'entra' })).toMatchObject({
      status: 403,
      json: {
        type: '/problems/plan-required',
        contact: 'sales@example.com',
        detail: expect.stringContaining('sales@example.com'),
      },
    })
    for (const [method, path] of [
      ['POST', `${unknown}/connectors`],
      ['GET', `${unknown}/connectors`],
      ['GET', 'organizations/junk/connectors'],
    ] as const) {
      const body = method === 'POST' ? { type: 'entra' } : undefined
      expect((await api.manage(method, path, body)).status).toBe(404)
    }
  })

  it('are gone once deleted', async () => {
    const { organization, path } = await newConnector()

    expect((await api.manage('DELETE', path)).status).toBe(204)

    expect((await api.manage('GET', path)).status).toBe(404)
    expect((await api.manage('DELETE', path)).status).toBe(404)
    expect((await api.manage('GET', `${organization}/connectors`)).json).toEqual({ connectors: [] })
  })
})

describe('passwords', () => {
  it('are added without a body or with an empty one, two at most, and revoked', async () => {
    const { path } = await newConnector()
    const added = await api.manage('POST', `${path}/scim-secrets`)

    expect(added).toMatchObject({ status: 201, json: { password: expect.stringMatching(/^gh_scim_/) } })
    expect(Object.keys(added.json).toSorted()).toEqual(['id', 'password'])
    const secret = `${path}/scim-secrets/${String(added.json.id)}`
    expect(added.headers['Location']).toBe(`https://id.example.com/management/${secret}`)
    expect(await api.manage('POST', `${path}/scim-secrets`, {})).toMatchObject({
      status: 409,
      json: { type: '/problems/conflict' },
    })
    expect((await api.manage('POST', `${path}/scim-secrets`, { password: 'mine' })).status).toBe(400)
    expect((await api.manage('DELETE', secret)).status).toBe(204)
    expect((await api.manage('DELETE', secret)).status).toBe(404)
  })
})

describe('the activity', () => {
  it('is read newest first, by pages', async () => {
    const { path } = await newConnector()
    await api.manage('PATCH', path, { state: 'disabled' })
    await api.manage('POST', `${path}/scim-secrets`)

    const all = await api.manage('GET', `${path}/activity`)
    const items = all.json.activity as { operation: string; cursor: string; actor: string }[]
    const rest = await api.manage('GET', `${path}/activity?count=10&before=${String(items[0]?.cursor)}`)

    expect(items).toHaveLength(3)
    expect(items[0]).toMatchObject({ actor: 'management', correlationId: 'invocation-1' })
    expect(rest.json.activity).toEqual(items.slice(1))
    expect((await api.manage('GET', `${path}/activity?count=1`)).json.activity).toHaveLength(1)
    expect((await api.manage('GET', `${path}/activity?count=99999`)).json.activity).toHaveLength(3)
    for (const query of ['count=0', 'count=-1', 'count=many', 'before=junk', 'before='])
      expect((await api.manage('GET', `${path}/activity?${query}`)).status).toBe(400)
  })
})
