import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const FUNCTIONS = [
  'activity',
  'activity-export',
  'assets',
  'auth-authorize',
  'auth-callback-app',
  'auth-callback-web',
  'auth-frontchannel-logout',
  'auth-login',
  'auth-logout',
  'auth-revoke',
  'auth-test',
  'auth-token',
  'auth-userinfo',
  'auth-zz-fallback',
  'groups',
  'groups-group',
  'health',
  'home',
  'maintenance',
  'management-activity',
  'management-connector',
  'management-connectors',
  'management-openapi',
  'management-organization',
  'management-organizations',
  'management-scim-secret',
  'management-scim-secrets',
  'management-setup-links',
  'management-test-sign-in',
  'management-users',
  'management-verification',
  'scim-bulk',
  'scim-config',
  'scim-groups',
  'scim-resource-types',
  'scim-schemas',
  'scim-search',
  'scim-users',
  'scim-zz-fallback',
  'scim-zz-outside',
  'setup',
  'setup-connector',
  'setup-organization',
  'signin',
  'users',
  'users-person',
  'well-known-jwks',
  'well-known-oauth-authorization-server',
  'well-known-openid-configuration',
]

/** What a template matches, written apart from the host's own code. */
function pattern(route: string): RegExp {
  const parts = route.split('/').map((segment) => {
    if (segment.startsWith('{*')) return '(/.*)?'
    if (segment.endsWith('?}')) return '(/[^/]+)?'
    return segment.startsWith('{') ? '/[^/]+' : `/${segment.replaceAll('.', '\\.')}`
  })
  return new RegExp(`^${parts.join('')}$`, 'i')
}

/** Paths that belong to a template: with and without its optional end. */
function samples(route: string): string[] {
  const filled = `/${route}`.replaceAll(/\{\*?\w+\??\}/g, 'x')
  return /[?*]\w*\}$|\?\}$/.test(route) ? [filled, filled.replace(/\/x$/, '')] : [filled]
}

describe('the built bundle', () => {
  it('registers exactly these functions: none is lost without a word', () => {
    expect(gatehouse.functions.map(({ name }) => name)).toEqual(FUNCTIONS)
  })

  it('has no route that the host reserves', () => {
    const reserved = gatehouse.functions.filter(({ route }) => /^\/?(admin|runtime)/i.test(route))
    expect(reserved).toEqual([])
  })

  it('asks for a function key on the management API and nowhere else', () => {
    const keyed = gatehouse.functions
      .filter(({ authLevel }) => authLevel === 'function')
      .map(({ name }) => name)
    expect(keyed).toEqual(FUNCTIONS.filter((name) => name.startsWith('management-')))
  })

  it('has no route that another one shadows, in the order of names that the host goes by', () => {
    const routes = gatehouse.functions
      .filter(({ trigger }) => trigger === 'httpTrigger')
      .toSorted((a, b) => (a.name.toUpperCase() < b.name.toUpperCase() ? -1 : 1))
    const shadowed = routes.flatMap(({ name, route }) =>
      samples(route).map((path) => [
        path,
        routes.find((other) => pattern(other.route).test(path))?.name,
        name,
      ]),
    )
    expect(shadowed.filter(([, taker, owner]) => taker !== owner)).toEqual([])
  })
})
