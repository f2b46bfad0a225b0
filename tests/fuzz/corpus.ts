import type { Random } from './random.ts'

/*
 * What Entra and Okta send, to be bent, and values that something once broke on. `$user`, `$group`, `$name` and `$text`
 * stand for ids and texts that are put in for each input.
 */

export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ROLE = '{"id":"7f3c","value":"Admin","displayName":"Admin"}'

export const USERS: readonly unknown[] = [
  {
    schemas: [CORE, ENT],
    externalId: '$name',
    userName: '$name@fjordworks.example',
    active: true,
    displayName: 'Mira $text',
    title: 'Planner',
    preferredLanguage: 'nb-NO',
    name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: '$text' },
    emails: [{ primary: true, type: 'work', value: '$name@fjordworks.example' }],
    phoneNumbers: [
      { primary: true, type: 'work', value: '+47 55 00 00 01' },
      { type: 'mobile', value: '+47 900 00 001' },
    ],
    addresses: [{ primary: false, type: 'work', formatted: 'B-204', locality: 'Bergen', country: 'NO' }],
    roles: [],
    meta: { resourceType: 'User' },
    [ENT]: { employeeNumber: 'E-1042', department: '$text', manager: { value: '$user' } },
  },
  {
    schemas: [CORE],
    userName: '$name',
    active: 'True',
    name: { givenName: 'A', familyName: 'B' },
    emails: [{ type: 'work', value: '$name@x.example' }],
    roles: [{ primary: false, type: 'WindowsAzureActiveDirectoryRole', value: ROLE }],
  },
  {
    schemas: [CORE],
    userName: '$name',
    name: { givenName: 'Test', familyName: 'User' },
    emails: [{ primary: true, value: '$name@okta.example', type: 'work' }],
    displayName: 'Test User',
    locale: 'en-US',
    groups: [],
    password: '1mz050nq',
    active: true,
  },
]
export const GROUPS: readonly unknown[] = [
  {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
    ],
    externalId: '$name',
    displayName: 'Harbour $name',
    members: [],
    meta: { resourceType: 'Group' },
  },
  {
    displayName: 'Crew $text',
    members: [{ value: '$user' }, { value: '$user', type: 'User' }, { value: '$group' }],
  },
]
const patch = (...operations: readonly object[]): unknown => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
})
export const USER_PATCHES: readonly unknown[] = [
  patch({ op: 'Replace', path: 'active', value: 'False' }),
  patch({ op: 'replace', path: 'active', value: true }),
  patch({ op: 'Replace', value: { active: false } }),
  patch({
    op: 'Replace',
    value: { 'name.familyName': '$text', 'emails[type eq "work"].value': '$name@x.example' },
  }),
  patch({ op: 'Replace', value: { displayName: '$text', [`${ENT}:department`]: '$text' } }),
  patch({ op: 'Add', value: { [ENT]: { department: '$text', costCenter: '$text' } } }),
  patch(
    { op: 'Add', path: 'emails[type eq "work"].value', value: '$name@x.example' },
    { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '$text' },
    { op: 'Remove', path: 'title' },
  ),
  patch({ op: 'Add', path: `${ENT}:manager`, value: '$user' }),
  patch({ op: 'Add', path: `${ENT}:manager`, value: [{ $ref: '../Users/$user', value: '$user' }] }),
  patch({ op: 'Remove', path: `${ENT}:manager` }),
  patch({ op: 'Add', path: 'roles', value: [{ value: ROLE }] }),
  patch({ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'EnterpriseAdmin' }),
  patch({ op: 'Remove', path: 'roles[value eq "Admin"]' }),
  patch({ op: 'Remove', path: 'emails', value: [{ value: '$name@x.example' }] }),
  patch({ op: 'Add', path: 'addresses[type eq "work"].locality', value: '$text' }),
  patch(
    { op: 'Replace', path: 'userName', value: '$name' },
    { op: 'Replace', path: 'externalId', value: '$name' },
  ),
]
export const GROUP_PATCHES: readonly unknown[] = [
  patch({ op: 'Add', path: 'members', value: [{ value: '$user' }, { $ref: null, value: '$user' }] }),
  patch({ op: 'Remove', path: 'members', value: [{ value: '$user' }] }),
  patch({ op: 'remove', path: 'members[value eq "$user"]' }),
  patch({ op: 'Replace', path: 'displayName', value: '$name' }),
  patch({ op: 'replace', value: { id: '$group', displayName: '$name' } }),
  patch({ op: 'replace', path: 'members', value: [{ value: '$user', display: '$text' }] }),
  patch({ op: 'Add', value: { members: [{ value: '$user' }], externalId: '$name' } }),
  patch({ op: 'remove', path: 'members' }),
  patch({ op: 'add', path: 'members', value: [{ value: '$group', type: 'Group' }] }),
]
export const FILTERS: readonly string[] = [
  'userName eq "$name@fjordworks.example"',
  'externalId eq "$name"',
  'emails[type eq "work"].value eq "$name@x.example"',
  'emails[type eq "work" and value co "example"]',
  'displayName eq "Harbour $name"',
  'displayName sw "Harb" and not (externalId eq "$text")',
  'id eq "$user" and manager eq "$user"',
  'members eq "$user"',
  'members[value eq "$user"]',
  'meta.lastModified gt "2026-01-01T00:00:00Z"',
  'userName pr and (active eq true or roles[primary eq "True"].value eq "Admin")',
  `${ENT}:department eq "$text" or title ne null`,
]
const WORDS =
  'userName externalId displayName active title name name.familyName emails emails.value emails[type eq "work"].value ' +
  `roles members manager ${ENT}:manager ${ENT} id meta meta.created schemas groups addresses photos x509Certificates ` +
  'unknown urn:x:y __proto__ constructor a..b emails[ emails[] password $ref value type primary toString valueOf toJSON hasOwnProperty'
export const NAMES: readonly string[] = ['', ' ', 'emails[not (type eq "x")]', ...WORDS.split(' ')]
/** Separated by commas, as some are or begin with blanks. */
const PIECES =
  ' and , or ,not , eq , ne , co , sw , gt , pr, ,"a","2026-01-01T00:00:00Z",true,null,7,1e999,(,),[,],",\\,.,:,=,{,},%,+,&,' +
  '\t,\n,\u0000,\u00a0,é,🜁,\\u0000,\\ud800,"\\ud83d"'
export const TOKENS: readonly string[] = [',', ...PIECES.split(',')]
const TEXTS =
  ', ,a,A,True,False,null,[],{},{"value":"Admin"},{"value":,*,W/"x", x ,\u0000,\ud800,\u202e,é,e\u0301,ﬁ,İ,🜁,\t,\u2028,' +
  `__proto__,constructor,2026-02-30,1e999,-0,$user,$group,bulkId:a,bulkId:zz,../Users/x,urn:x:y,${ENT}`
const ODD: readonly unknown[] = JSON.parse(
  '[null,true,false,0,-1,1.5,1e308,9007199254740993,[],{},[[]],[null],[[{}]],["a","a",1],{"value":""},{"value":{"value":{}}},' +
    '{"value":[]},{"$ref":null,"value":"x"},{"type":"work"},[{"value":"a"},{"value":"A"}],{"toString":1,"valueOf":1},' +
    '[{"primary":true,"value":"a"},{"primary":"True","value":"b"}],{"__proto__":{"polluted":true},"value":"x"}]',
)

/** A value that does not belong. Long ones are rare, as they take time that many small ones use better. */
export function oddValue(random: Random): unknown {
  if (random.chance(0.5)) return random.pick(TEXTS.split(','))
  if (random.chance(0.02))
    return random.pick(['x', 'é', 'ﷺ', '"']).repeat(random.pick([1_024, 1_025, 32_768, 32_769, 100_000]))
  if (random.chance(0.01)) {
    const length = random.pick([21, 501, 1_100, 5_001])
    return Array.from({ length }, (_, i) => ({ value: `v${i}` }))
  }
  return random.chance(0.02) ? nested(random.pick([30, 33, 500])) : random.pick(ODD)
}

function nested(levels: number): unknown {
  let value: unknown = 'x'
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value }
  return value
}
