import { beforeAll, describe, expect, it } from 'vitest'
import type { TestConnector } from '../support/gatehouse.ts'
import { query, RELAXED, taken, useGatehouse, verdict } from './connection.ts'

const gatehouse = useGatehouse()
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

let connector: TestConnector
let user: Record<string, unknown>
let group: Record<string, unknown>
// Nothing in this file changes them but to what they are.
const PERSON = {
  userName: 'ann',
  displayName: 'Ann',
  name: { givenName: 'Ann', familyName: 'Berg' },
  emails: [{ value: 'a@work.example', type: 'work', primary: true }, { value: 'a@home.example' }],
  [ENT]: { department: 'Galley', manager: { value: 'm-1' } },
}
beforeAll(async () => {
  connector = await gatehouse().newConnector(RELAXED)
  user = (await taken(connector, 'POST', '/Users', PERSON)).json
  const members = [{ value: user['id'] }]
  group = (await taken(connector, 'POST', '/Groups', { displayName: 'Crew', members })).json
})

const [work, home] = PERSON.emails
const meta = () => user['meta'] as Record<string, string>
/** The parameters, and what is there beside `schemas` and `id`. */
const CASES: readonly [Record<string, string>, () => Record<string, unknown>][] = [
  [{ attributes: 'userName' }, () => ({ userName: 'ann' })],
  [{ attributes: 'USERNAME,displayname' }, () => ({ userName: 'ann', displayName: 'Ann' })],
  [{ attributes: ' userName , displayName ' }, () => ({ userName: 'ann', displayName: 'Ann' })],
  [{ attributes: 'name.familyName' }, () => ({ name: { familyName: 'Berg' } })],
  [{ attributes: 'name.familyName,name' }, () => ({ name: PERSON.name })],
  [{ attributes: `${CORE}:name.givenName` }, () => ({ name: { givenName: 'Ann' } })],
  [{ attributes: 'emails.value' }, () => ({ emails: [{ value: work?.value }, { value: home?.value }] })],
  [{ attributes: 'emails.type,emails.primary' }, () => ({ emails: [{ type: 'work', primary: true }, {}] })],
  [
    { attributes: 'emails[type eq "work"].value' },
    () => ({ emails: [{ value: work?.value }, { value: home?.value }] }),
  ],
  [{ attributes: ENT }, () => ({ [ENT]: PERSON[ENT] })],
  [{ attributes: `${ENT}:department` }, () => ({ [ENT]: { department: 'Galley' } })],
  [{ attributes: `${ENT}:manager.value` }, () => ({ [ENT]: { manager: { value: 'm-1' } } })],
  [{ attributes: 'manager' }, () => ({ [ENT]: { manager: { value: 'm-1' } } })],
  [
    { attributes: 'meta.location,meta.version' },
    () => ({ meta: { location: meta()['location'], version: meta()['version'] } }),
  ],
  [{ attributes: 'title' }, () => ({})],
  [{ attributes: 'colour,urn:example:x:y' }, () => ({})],
  [{ attributes: 'id,schemas' }, () => ({})],
  [{ attributes: 'password' }, () => ({})],
  [{ attributes: 'name', excludedAttributes: 'name.givenName' }, () => ({ name: { familyName: 'Berg' } })],
  [{ attributes: 'name,userName', excludedAttributes: 'name' }, () => ({ userName: 'ann' })],
]

const omit = (whole: Record<string, unknown>, ...names: string[]) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)))

const EXCLUDED: readonly [string, (whole: Record<string, unknown>) => Record<string, unknown>][] = [
  ['userName,displayName', (whole) => omit(whole, 'userName', 'displayName')],
  ['meta', (whole) => omit(whole, 'meta')],
  ['id,schemas', (whole) => whole],
  ['colour', (whole) => whole],
  ['emails.type', (whole) => ({ ...whole, emails: [{ value: work?.value, primary: true }, home] })],
  ['name.givenName,name.familyName', (whole) => ({ ...whole, name: {} })],
  [ENT.toLowerCase(), (whole) => omit(whole, ENT)],
  [`${ENT}:manager`, (whole) => ({ ...whole, [ENT]: { department: 'Galley' } })],
  [`${CORE}:emails`, (whole) => omit(whole, 'emails')],
]

/** The user by every request that answers with it. */
const REQUESTS: readonly [string, (parameters: Record<string, string>) => Promise<unknown>][] = [
  [
    'GET',
    async (parameters) =>
      (await taken(connector, 'GET', `/Users/${String(user['id'])}${query(parameters)}`)).json,
  ],
  [
    'a list',
    async (parameters) => (await taken(connector, 'GET', `/Users${query(parameters)}`)).json.Resources[0],
  ],
  [
    'a filter',
    async (parameters) =>
      (await taken(connector, 'GET', `/Users${query({ filter: 'userName eq "ann"', ...parameters })}`)).json
        .Resources[0],
  ],
  [
    '.search',
    async (parameters) => (await taken(connector, 'POST', '/Users/.search', parameters)).json.Resources[0],
  ],
  [
    'PUT',
    async (parameters) =>
      (await taken(connector, 'PUT', `/Users/${String(user['id'])}${query(parameters)}`, PERSON)).json,
  ],
  [
    'PATCH',
    async (parameters) => {
      const Operations = [{ op: 'replace', path: 'displayName', value: 'Ann' }]
      return (
        await taken(connector, 'PATCH', `/Users/${String(user['id'])}${query(parameters)}`, { Operations })
      ).json
    },
  ],
]

describe.each(REQUESTS)('the answer to %s', (_, ask) => {
  it.each(CASES)('has for %j only that, "id" and "schemas"', async (parameters, wanted) => {
    expect(await ask(parameters)).toEqual({ schemas: user['schemas'], id: user['id'], ...wanted() })
  })

  it.each(EXCLUDED)('has everything but %s', async (excludedAttributes, without) => {
    const answer = (await ask({ excludedAttributes })) as Record<string, unknown>
    // The groups show in the read of one user alone.
    expect(omit(answer, 'groups')).toEqual(without(user))
  })
})

describe('the groups of a user', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['GET', {}, true],
    ['GET', { attributes: 'groups' }, true],
    ['GET', { attributes: 'groups.value' }, true],
    ['GET', { attributes: 'userName' }, false],
    ['GET', { excludedAttributes: 'groups' }, false],
    ['a list', {}, false],
    ['a list', { attributes: 'groups' }, true],
    ['a list', { attributes: 'userName,groups.value' }, true],
    ['a list', { attributes: 'groups', excludedAttributes: 'groups' }, false],
    ['.search', {}, false],
    ['.search', { attributes: 'groups' }, true],
    ['PUT', {}, false],
    ['PUT', { attributes: 'groups' }, true],
    ['PATCH', {}, false],
    ['PATCH', { attributes: 'groups' }, true],
  ])('in the answer to %s with %j: %s', async (name, parameters, shown) => {
    const ask = REQUESTS.find(([one]) => one === name)?.[1]
    const answer = (await ask?.(parameters)) as { groups?: object[] }
    expect(answer.groups?.length ?? 0).toBe(shown ? 1 : 0)
  })
})

describe('a group', () => {
  it.each<[Record<string, string>, readonly string[]]>([
    [{}, ['displayName', 'id', 'members', 'meta', 'schemas']],
    [{ attributes: 'displayName' }, ['displayName', 'id', 'schemas']],
    [{ attributes: 'members.value' }, ['id', 'members', 'schemas']],
    [{ excludedAttributes: 'members,meta' }, ['displayName', 'id', 'schemas']],
    [{ excludedAttributes: 'MEMBERS' }, ['displayName', 'id', 'meta', 'schemas']],
  ])('with %j has %j', async (parameters, names) => {
    const path = `/Groups/${String(group['id'])}`
    const read = await taken(connector, 'GET', path + query(parameters))
    const listed = await taken(connector, 'GET', `/Groups${query(parameters)}`)
    const put = await taken(connector, 'PUT', path + query(parameters), { displayName: 'Crew' })
    for (const one of [read.json, listed.json.Resources[0], put.json])
      expect(Object.keys(one).toSorted()).toEqual(names)
  })
})

describe('a projection that cannot be read', () => {
  it.each(['attributes', 'excludedAttributes'])('in %s is 400 invalidPath', async (name) => {
    for (const path of ['/Users', '/Groups', `/Users/${String(user['id'])}`])
      expect(verdict(await connector.scim('GET', path + query({ [name]: 'emails[' })))).toEqual([
        400,
        'invalidPath',
      ])
    expect(verdict(await connector.scim('GET', `/Users${query({ [name]: 'a..b' })}`))).toEqual([
      400,
      'invalidPath',
    ])
  })
})
