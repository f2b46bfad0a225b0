import type { Gatehouse, TestConnector } from '../support/gatehouse.ts'

/* The random data of Microsoft's validators: what their tests write, and where they look for it afterwards. */

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0'
export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The validators create bare users and give several of them one address. */
const RELAXED = { requiredAttributes: [], uniqueEmail: false }

const SIMPLE = [
  'title',
  'displayName',
  'nickName',
  'preferredLanguage',
  'locale',
  'timezone',
  'profileUrl',
  'userType',
]
const NAMES = ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix']
const ADDRESS = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country']
const ENTERPRISE = ['employeeNumber', 'costCenter', 'organization', 'division', 'department']

const PATHS: readonly string[] = [
  ...SIMPLE,
  ...NAMES.map((name) => `name.${name}`),
  'emails[type eq "work"].value',
  ...ADDRESS.map((name) => `addresses[type eq "work"].${name}`),
  ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
  ...['display', 'value', 'type'].map((name) => `roles[primary eq "True"].${name}`),
  ...ENTERPRISE.map((name) => `${ENT}:${name}`),
]

type Values = Readonly<Record<string, unknown>>

/** A text that no other test has and that has no format. */
export function random(): string {
  return `upd-${crypto.randomUUID().slice(0, 8)}`
}

/** Every path that the validators write, with a value of its own for each. */
export function validatorValues(): Values {
  return Object.fromEntries(PATHS.map((path) => [path, random()]))
}

/** What a user shows at the paths of some values; compares with them by `toEqual`. */
export function shownBy(user: Values, values: Values): Values {
  return Object.fromEntries(Object.keys(values).map((path) => [path, read(user, path)]))
}

function read(user: Values, path: string): unknown {
  const match = /^(?:(urn:.+):)?(\w+)(?:\[(\w+) eq "(\w+)"\])?(?:\.(\w+))?$/.exec(path)
  const [, urn, attribute = '', key = '', wanted, sub = ''] = match ?? []
  const holder = (urn === undefined ? user : user[urn]) as Values | undefined
  const value = holder?.[attribute]
  const chosen =
    wanted === undefined
      ? value
      : (value as Values[] | undefined)?.find(
          (one) => String(one[key]).toLowerCase() === wanted.toLowerCase(),
        )
  return sub === '' ? chosen : (chosen as Values | undefined)?.[sub]
}

/** A connector as a validator run needs it. */
export function newValidatorConnector(gatehouse: Gatehouse): Promise<TestConnector> {
  return gatehouse.newConnector(RELAXED)
}

/** The path of a list with a filter, in the form encoding that Entra uses. */
export function find(
  endpoint: 'Users' | 'Groups',
  filter: string,
  more: Record<string, string> = {},
): string {
  return `/${endpoint}?${new URLSearchParams({ ...more, filter }).toString()}`
}
