import { beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import type { TestConnector } from '../support/gatehouse.ts'
import { namesOf, query, RELAXED, taken, useGatehouse, verdict } from './connection.ts'

const gatehouse = useGatehouse()
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'

const PEOPLE = [
  {
    userName: 'ann',
    externalId: 'AbC',
    displayName: 'Ann "A" Berg\\Lie',
    title: 'Pilot',
    active: true,
    name: { familyName: 'Berg', givenName: 'Ann' },
    emails: [
      { value: 'ann@work.example', type: 'work', primary: true },
      { value: 'ann.private@home.example', type: 'home' },
    ],
    x509Certificates: [{ value: 'MIIB' }],
    [ENT]: { department: 'Flight', manager: { value: 'm-1' } },
  },
  {
    userName: 'BOB',
    displayName: 'Bob',
    title: 'pilot',
    active: false,
    name: { familyName: 'Ørsted' },
    emails: [{ value: 'bob@home.example', type: 'home' }],
  },
  {
    userName: 'cy',
    displayName: 'Çelik von Überlingen',
    nickName: 'Cy',
    roles: [{ value: 'Admin', primary: true }],
  },
  { userName: 'dee', displayName: 'Dee', title: 'Cook' },
]

let connector: TestConnector
// Nothing in this file changes it.
beforeAll(async () => {
  connector = await gatehouse().newConnector(RELAXED)
  for (const person of PEOPLE) await taken(connector, 'POST', '/Users', person)
})

const found = async (filter: string) =>
  namesOf(await taken(connector, 'GET', `/Users${query({ filter })}`)).toSorted()
const refusal = async (filter: string) => verdict(await connector.scim('GET', `/Users${query({ filter })}`))

describe('a filter by an operator', () => {
  it.each([
    ['userName eq "ANN"', ['ann']],
    ['title eq "PILOT"', ['BOB', 'ann']],
    ['title ne "pilot"', ['cy', 'dee']],
    ['title co "ILO"', ['BOB', 'ann']],
    ['title sw "pi"', ['BOB', 'ann']],
    ['title ew "OK"', ['dee']],
    ['title pr', ['BOB', 'ann', 'dee']],
    ['title gt "cook"', ['BOB', 'ann']],
    ['title ge "cook"', ['BOB', 'ann', 'dee']],
    ['title lt "pilot"', ['dee']],
    ['title le "PILOT"', ['BOB', 'ann', 'dee']],
    ['TITLE EQ "cook"', ['dee']],
    ['meta.created gt "2020-01-01T00:00:00Z"', ['BOB', 'ann', 'cy', 'dee']],
    ['meta.lastModified lt "2020-01-01T00:00:00+02:00"', []],
    ['active eq true', ['ann', 'cy', 'dee']],
    ['active ne true', ['BOB']],
    ['active pr', ['BOB', 'ann', 'cy', 'dee']],
    ['externalId eq "AbC"', ['ann']],
    ['externalId eq "abc"', []],
    ['externalId co "bC"', ['ann']],
    ['nickName eq null', ['BOB', 'ann', 'dee']],
    ['nickName ne null', ['cy']],
  ])('%s finds %j', async (filter, wanted) => {
    expect(await found(filter)).toEqual(wanted)
  })
})

describe('a filter by a path', () => {
  it.each([
    [`${CORE}:userName eq "ann"`, ['ann']],
    [`${CORE}:name.familyName eq "berg"`, ['ann']],
    [`${ENT}:department eq "flight"`, ['ann']],
    [`${ENT}:manager.value eq "m-1"`, ['ann']],
    [`${ENT.toUpperCase()}:DEPARTMENT sw "F"`, ['ann']],
    ['emails eq "ann@work.example"', ['ann']],
    ['emails.value ew "home.example"', ['BOB', 'ann']],
    ['emails[type eq "work"]', ['ann']],
    ['emails[type eq "home" and value sw "bob"]', ['BOB']],
    ['emails[type eq "work" and value sw "bob"]', []],
    ['emails[type eq "home"].value co "private"', ['ann']],
    ['emails[not (type eq "home")]', ['ann']],
    ['emails[primary eq true]', ['ann']],
    ['not (emails[type eq "home"])', ['cy', 'dee']],
    ['name.familyName eq "ørsted"', ['BOB']],
    ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', ['ann']],
    ['meta.resourceType eq "User"', ['BOB', 'ann', 'cy', 'dee']],
    ['colour eq "red"', []],
    ['colour ne "red"', ['BOB', 'ann', 'cy', 'dee']],
    ['colour sw "r" or userName eq "dee"', ['dee']],
    ['not (colour pr)', ['BOB', 'ann', 'cy', 'dee']],
    ['emails.colour co "r"', []],
    ['displayName eq "Ann \\"A\\" Berg\\\\Lie"', ['ann']],
    ['displayName eq "\\u0044ee"', ['dee']],
  ])('%s finds %j', async (filter, wanted) => {
    expect(await found(filter)).toEqual(wanted)
  })
})

describe('a filter binds', () => {
  it.each([
    ['"and" before "or"', 'userName eq "dee" or title eq "pilot" and active eq true', ['ann', 'dee']],
    ['parentheses first', '(userName eq "dee" or title eq "pilot") and active eq true', ['ann', 'dee']],
    [
      'parentheses against the precedence',
      '(userName eq "dee" or title eq "pilot") and active eq false',
      ['BOB'],
    ],
    ['"not" before "and"', 'not (title pr) and active eq true', ['cy']],
    ['"not" over a whole', 'not (title pr and active eq true)', ['BOB', 'cy']],
    ['nested parentheses', '((title pr) and (not (active eq true)))', ['BOB']],
    ['words in any case', 'title pr AND NOT (active eq true) Or userName eq "cy"', ['BOB', 'cy']],
  ])('%s', async (_, filter, wanted) => {
    expect(await found(filter)).toEqual(wanted)
  })
})

describe('"begins with"', () => {
  it.each([
    ['userName sw "b"', ['BOB']],
    ['displayName sw "çelik von ü"', ['cy']],
    ['displayName sw "ÇELIK VON ÜBERLINGEN"', ['cy']],
    ['displayName sw "Çelik von Überlingen and more"', []],
    ['displayName sw "c"', []],
    ['name.familyName sw "ø"', ['BOB']],
    ['emails sw "ann.private@home.ex"', ['ann']],
    ['emails.value sw "bob@"', ['BOB']],
    ['emails[type eq "home"].value sw "ann"', ['ann']],
    ['emails[type eq "work"].value sw "ann.private"', []],
    ['displayName sw "berg"', []],
    ['userName sw "ann" and title eq "pilot"', ['ann']],
    ['displayName sw "" and userName eq "dee"', ['dee']],
  ])('%s finds %j', async (filter, wanted) => {
    expect(await found(filter)).toEqual(wanted)
  })
})

describe('a filter is refused with 400 invalidFilter', () => {
  it.each([
    'active gt true',
    'active ge false',
    'active lt true',
    'active le true',
    'emails.primary gt true',
    'emails[primary lt true]',
    'emails[type eq "work" and not (primary le true)].value eq "x"',
    'x509Certificates gt "A"',
    'x509Certificates.value le "A"',
    'title pr and not (active gt true)',
    'userName eq "nobody" and active gt true',
    'title xx "a"',
    'title eq',
    'title',
    'title eq "a" or',
    '(title pr',
    'emails[type eq "work"',
    'title eq "a" userName pr',
    'title..x pr',
    '',
  ])('%s', async (filter) => {
    expect(await refusal(filter)).toEqual([400, 'invalidFilter'])
  })

  it('longer than the limit', async () => {
    expect(await refusal(`title eq "${'x'.repeat(LIMITS.filterCharacters)}"`)).toEqual([400, 'invalidFilter'])
  })

  it('also in the read of one user, whose filter else says 404', async () => {
    const [ann] = (await taken(connector, 'GET', `/Users${query({ filter: 'userName eq "ann"' })}`)).json
      .Resources
    const read = async (filter: string) =>
      (await connector.scim('GET', `/Users/${ann.id}${query({ filter })}`)).status
    expect([
      await read('active gt true'),
      await read('active eq false'),
      await read('active eq true'),
    ]).toEqual([400, 404, 200])
  })
})
