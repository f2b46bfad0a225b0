import { describe, expect, it } from 'vitest'
import { GROUPS_ROUTE } from '../../shared/http/scim-groups.ts'
import type { ScimRoute } from '../../shared/http/scim-route.ts'
import { USERS_ROUTE } from '../../shared/http/scim-users.ts'
import { prepareProjection } from '../../shared/scim/projection.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import {
  addGroup,
  addUser,
  newDirectory,
  outcomeOf,
  replaceOp,
  rowsOf,
} from '../support/directory-context.ts'
import { entraGroup, entraUser } from '../support/gatehouse.ts'
import { finish } from '../support/finish.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const schemas = [CORE, ENTERPRISE]
const id = '11111111-2222-4333-8444-555555555555'
const work = { type: 'work', value: 'mira@x.example', primary: true }
const home = { type: 'home', value: 'mira@home.example' }
const manager = { value: 'boss' }
const meta = { resourceType: 'User', location: 'https://x.example/Users/1' }

const USER = {
  schemas,
  id,
  userName: 'mira',
  name: { givenName: 'Mira', familyName: 'Holt' },
  emails: [work, home],
  [ENTERPRISE]: { department: 'Logistics', manager },
  meta,
}
const { schemas: _schemas, id: _id, ...REST } = USER

function project(attributes: string | undefined, excludedAttributes?: string): unknown {
  return finish(prepareProjection(USER_SCHEMA, { attributes, excludedAttributes }).project(USER))
}

describe('attributes', () => {
  it.each<[string, Record<string, unknown>]>([
    ['userName', { userName: 'mira' }],
    ['USERNAME', { userName: 'mira' }],
    [' userName , emails ', { userName: 'mira', emails: [work, home] }],
    ['name.givenName', { name: { givenName: 'Mira' } }],
    ['name.givenName,name.familyName', { name: { givenName: 'Mira', familyName: 'Holt' } }],
    ['name,name.givenName', { name: { givenName: 'Mira', familyName: 'Holt' } }],
    ['emails.value', { emails: [{ value: work.value }, { value: home.value }] }],
    ['emails.primary', { emails: [{ primary: true }, {}] }],
    [`${CORE}:userName`, { userName: 'mira' }],
    [`${CORE}:name.familyName`, { name: { familyName: 'Holt' } }],
    [ENTERPRISE, { [ENTERPRISE]: { department: 'Logistics', manager } }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'Logistics' } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager } }],
    [ENTERPRISE.toLowerCase(), { [ENTERPRISE]: { department: 'Logistics', manager } }],
    ['meta', { meta }],
    ['meta.location', { meta: { location: meta.location } }],
    ['id', {}],
    ['nickName', {}],
    ['colour', {}],
    [',,', {}],
  ])('%s', (attributes, expected) => {
    expect(project(attributes)).toEqual({ schemas, id, ...expected })
  })

  it.each(['__proto__', 'userName,constructor', 'emails[', 'name..givenName'])('refuse %s', (attributes) => {
    expect(() => project(attributes)).toThrow('bad_request')
    expect(() => project(undefined, attributes)).toThrow('bad_request')
  })

  it('keep a resource as it is where there are none', () => {
    expect(project(undefined)).toEqual(USER)
  })
})

describe('excludedAttributes', () => {
  it.each<[string, Record<string, unknown>]>([
    ['userName', { ...REST, userName: undefined }],
    ['emails,meta', { ...REST, emails: undefined, meta: undefined }],
    ['name.givenName', { ...REST, name: { familyName: 'Holt' } }],
    ['emails.type', { ...REST, emails: [{ value: work.value, primary: true }, { value: home.value }] }],
    [ENTERPRISE, { ...REST, [ENTERPRISE]: undefined }],
    [`${ENTERPRISE}:manager`, { ...REST, [ENTERPRISE]: { department: 'Logistics' } }],
    [`${CORE}:EMAILS`, { ...REST, emails: undefined }],
    ['id', REST],
    ['schemas', REST],
    ['colour', REST],
    ['', REST],
  ])('%s', (excluded, expected) => {
    expect(project(undefined, excluded)).toEqual({ schemas, id, ...expected })
  })

  it('take away from what attributes ask for', () => {
    expect(project('name,emails', 'name.givenName,emails')).toEqual({
      schemas,
      id,
      name: { familyName: 'Holt' },
    })
  })
})

describe('what is read for an answer', () => {
  it.each<[string | undefined, string | undefined, boolean, boolean]>([
    [undefined, undefined, true, false],
    [undefined, 'members', false, false],
    [undefined, 'MEMBERS', false, false],
    [undefined, 'members.value', true, false],
    ['displayName', undefined, false, false],
    ['members', undefined, true, true],
    ['members.value', undefined, true, true],
    ['members', 'members', false, false],
    ['', undefined, false, false],
  ])(
    'attributes %s without %s: members are read: %s, were asked for: %s',
    (attributes, excluded, ...expected) => {
      const projection = { attributes, excludedAttributes: excluded }
      const { wants, asksFor } = prepareProjection(GROUP_SCHEMA, projection)

      expect([wants('members'), asksFor('members')]).toEqual(expected)
    },
  )
})

describe('a write whose attributes cannot be read', () => {
  it.each<[string, string, ScimRoute, object]>([
    ['POST', 'user', USERS_ROUTE, entraUser()],
    ['PUT', 'user', USERS_ROUTE, entraUser()],
    ['PATCH', 'user', USERS_ROUTE, replaceOp('title', 'Pilot')],
    ['POST', 'group', GROUPS_ROUTE, entraGroup()],
    ['PUT', 'group', GROUPS_ROUTE, entraGroup()],
    ['PATCH', 'group', GROUPS_ROUTE, replaceOp('displayName', 'Pilots')],
  ])('%s of a %s is 400 and changes nothing', async (method, what, route, body) => {
    const directory = newDirectory('memory')
    const ids = { user: await addUser(directory), group: await addGroup(directory) }
    const before = await rowsOf(directory)
    const params = method === 'POST' ? {} : { id: what === 'user' ? ids.user : ids.group }
    const query = new URLSearchParams({ attributes: 'emails[' })
    const handler = route.methods(params)[method] ?? (() => Promise.reject(new Error('no handler')))
    const request = { context: directory.context, params, query, body, ifNoneMatch: undefined }

    expect(await outcomeOf(handler(request))).toBe('bad_request')
    expect(await rowsOf(directory)).toEqual(before)
  })
})
