import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { matchesFilter } from '../support/matching.ts'

const MIRA = {
  id: '11111111-2222-4333-8444-555555555555',
  userName: 'Mira.Holt@fjordworks.example',
  externalId: 'AbC',
  displayName: 'Mira "Mi" Holt\\Lie',
  active: true,
  name: { givenName: 'Mira', familyName: 'Holt' },
  emails: [
    { type: 'work', value: 'mira@x.example', primary: true },
    { type: 'home', value: 'home@x.example' },
  ],
  roles: [{ value: 'Admin', primary: true }],
  [ENT]: { department: 'Logistics', manager: { value: 'm-1' } },
  meta: { created: '2026-01-02T03:04:05.000Z', lastModified: '2026-05-01T00:00:00.000Z' },
}

const matches = (filter: string) => matchesFilter(USER_SCHEMA, MIRA, parseFilter(filter))

describe('a filter matches', () => {
  it.each([
    'userName eq "mira.holt@FJORDWORKS.example"',
    'USERNAME Eq "mira.holt@fjordworks.example"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "mira.holt@fjordworks.example"',
    'externalId eq "AbC"',
    'externalId eq AbC',
    `id eq "${MIRA.id}"`,
    'displayName eq "Mira \\"Mi\\" Holt\\\\Lie"',
    'name.familyName sw "ho"',
    'name.familyName ew "LT"',
    'name.familyName co "ol"',
    'emails eq "home@x.example"',
    'emails.value eq "HOME@x.example"',
    'emails[type eq "work"].value eq "mira@x.example"',
    'emails[type eq "work" and value co "mira"]',
    'emails[not (type eq "home")].value eq "mira@x.example"',
    'active eq true',
    'active eq "True"',
    'active eq True',
    'roles[primary eq "True"].value eq "admin"',
    `${ENT}:department eq "logistics"`,
    `${ENT}:manager eq "m-1"`,
    `${ENT}:manager.value eq "m-1"`,
    'manager eq "m-1"',
    `id eq "${MIRA.id}" and manager eq "m-1"`,
    'title eq null',
    'not (title pr)',
    'title ne "x"',
    'userName pr',
    'emails pr',
    'emails[type eq "work"] pr',
    'userName eq "nobody" or displayName sw "mira"',
    'userName pr and (title pr or active eq true)',
    '((userName pr))',
    'meta.lastModified gt "2026-04-01T00:00:00Z"',
    'meta.created le "2026-01-02T03:04:05Z"',
    'userName pr and not (active eq false)',
    '  userName   pr  ',
  ])('%s', (filter) => {
    expect(matches(filter)).toBe(true)
  })
})

describe('a filter does not match', () => {
  it.each([
    'userName eq "mira"',
    'externalId eq "abc"',
    'emails[type eq "work"].value eq "home@x.example"',
    'emails[type eq "home" and primary eq true]',
    'active eq false',
    'unknown eq "x"',
    'urn:example:x:badge eq "x"',
    'title pr',
    'not (userName pr)',
    'name eq "Mira"',
    'userName ne "mira.holt@fjordworks.example"',
    'userName pr and title pr or nickName pr',
    'meta.created gt "2026-01-02T03:04:05Z"',
  ])('%s', (filter) => {
    expect(matches(filter)).toBe(false)
  })
})

describe('a filter is refused', () => {
  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq ',
    'userName xx "a"',
    'userName eq "a',
    'userName eq "\\x"',
    '(userName pr',
    'userName pr)',
    'userName pr and',
    'userName pr or or userName pr',
    'userName pr userName pr',
    'emails[type eq "work"',
    'emails[].value eq "a"',
    '__proto__ eq "a"',
    'name.constructor eq "a"',
    'a..b eq "c"',
    '"userName" eq "a"',
    `${'('.repeat(10_000)}userName pr`,
    Array.from({ length: 65 }, () => 'title pr').join(' and '),
    `userName eq "${'a'.repeat(4_000)}"`,
  ])('%.60s', (filter) => {
    let failure
    try {
      parseFilter(filter)
    } catch (error) {
      failure = failureOf(error)
    }
    expect(failure).toMatchObject({ code: 'bad_request', scimType: 'invalidFilter' })
  })
})
