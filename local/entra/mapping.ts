import type { DirectoryGroup, DirectoryUser } from './directory.ts'
import type { JsonObject, MutableJson } from './json.ts'
import type { Change } from './patch-encoding.ts'
import {
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  parseTargetPath,
  readTarget,
  writeTarget,
} from './target-path.ts'
import type { TargetPath } from './target-path.ts'

/** One line of the attribute mapping: where the value comes from and where it goes. Null values are never sent. */
export interface AttributeMapping<Source> {
  readonly target: TargetPath
  readonly read: (source: Source) => string | boolean | null
}

/** A user together with what provisioning works out about it. */
export interface SourceUser {
  readonly user: DirectoryUser
  /** Unassigned, blocked or deleted: Entra has one word for all of it. */
  readonly isSoftDeleted: boolean
}

export interface MappingOptions {
  /** The template's default is `mailNickname`; administrators are told to take `objectId` before the first cycle. */
  readonly externalId?: 'objectId' | 'mailNickname'
  /** `mail` alone is the template's default, which sends no address for users without a mailbox. */
  readonly email?: 'coalesce' | 'mail'
}

const USER_NAME = 'userName'
const EXTERNAL_ID = 'externalId'
/** Entra's own marker of groups; it means nothing to a target. */
const MICROSOFT_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'

/** The mapping of users: the non-gallery template's, with `objectId` → `externalId` and e-mail from either address. */
export function userMappings(options: MappingOptions = {}): readonly AttributeMapping<SourceUser>[] {
  const { externalId = 'objectId', email = 'coalesce' } = options
  return [
    map(USER_NAME, (user) => user.userPrincipalName),
    { target: parseTargetPath('active'), read: (source) => !source.isSoftDeleted },
    map(EXTERNAL_ID, (user) => user[externalId]),
    map('displayName', (user) => user.displayName),
    map('title', (user) => user.jobTitle),
    map('emails[type eq "work"].value', (user) =>
      email === 'coalesce' ? (user.mail ?? user.userPrincipalName) : user.mail,
    ),
    map('preferredLanguage', (user) => user.preferredLanguage),
    map('name.givenName', (user) => user.givenName),
    map('name.familyName', (user) => user.surname),
    map('name.formatted', (user) => `${user.givenName} ${user.surname}`.trim()),
    map('addresses[type eq "work"].formatted', (user) => user.physicalDeliveryOfficeName),
    map('addresses[type eq "work"].streetAddress', (user) => user.streetAddress),
    map('addresses[type eq "work"].locality', (user) => user.city),
    map('addresses[type eq "work"].region', (user) => user.state),
    map('addresses[type eq "work"].postalCode', (user) => user.postalCode),
    map('addresses[type eq "work"].country', (user) => user.country),
    map('phoneNumbers[type eq "work"].value', (user) => user.telephoneNumber),
    map('phoneNumbers[type eq "mobile"].value', (user) => user.mobile),
    map('phoneNumbers[type eq "fax"].value', (user) => user.facsimileTelephoneNumber),
    map(`${ENTERPRISE_USER}:employeeNumber`, (user) => user.employeeId),
    map(`${ENTERPRISE_USER}:department`, (user) => user.department),
  ]
}

/** The mapping of groups; members are no attribute here but a pass of their own. */
export function groupMappings(): readonly AttributeMapping<DirectoryGroup>[] {
  return [
    { target: parseTargetPath('displayName'), read: (group) => group.displayName },
    { target: parseTargetPath(EXTERNAL_ID), read: (group) => group.objectId },
  ]
}

/** The body of `POST /Users`, without roles: all mapped values that are not null, the manager excepted. */
export function newUserBody(
  mappings: readonly AttributeMapping<SourceUser>[],
  source: SourceUser,
): MutableJson {
  return {
    schemas: [CORE_USER, ENTERPRISE_USER],
    ...mappedValues(mappings, source),
    meta: { resourceType: 'User' },
  }
}

/** The body of `POST /Groups`. The list of members is always there and always empty. */
export function newGroupBody(
  mappings: readonly AttributeMapping<DirectoryGroup>[],
  group: DirectoryGroup,
): MutableJson {
  return {
    schemas: [CORE_GROUP, MICROSOFT_GROUP],
    ...mappedValues(mappings, group),
    members: [],
    meta: { resourceType: 'Group' },
  }
}

/**
 * What differs between the mapped values and a resource as the target returned it: text compared exactly, booleans as
 * booleans, a missing member as no value. Null on the source side is no difference, for it is never sent.
 */
export function diff<Source>(
  mappings: readonly AttributeMapping<Source>[],
  source: Source,
  resource: JsonObject,
): readonly Change[] {
  return mappings.flatMap(({ target, read }): readonly Change[] => {
    const wanted = read(source)
    const present = readTarget(resource, target)
    if (wanted === null || wanted === '' || wanted === present) return []
    const op = present === undefined ? 'add' : 'replace'
    return [{ op, path: target.text, value: wanted, alone: target.selector !== null }]
  })
}

function map(target: string, read: (user: DirectoryUser) => string | null): AttributeMapping<SourceUser> {
  return { target: parseTargetPath(target), read: ({ user }) => read(user) }
}

function mappedValues<Source>(mappings: readonly AttributeMapping<Source>[], source: Source): MutableJson {
  const body: MutableJson = {}
  for (const { target, read } of mappings) {
    const value = read(source)
    if (value !== null && value !== '') writeTarget(body, target, value)
  }
  return body
}
