import { createHash, randomBytes } from 'node:crypto'
import type { DirectoryUser } from '../entra/directory.ts'
import { isRecord, toList } from '../entra/json.ts'
import type { JsonObject, MutableJson } from '../entra/json.ts'
import { CORE_USER } from '../entra/target-path.ts'

const DEFAULT_LOCALE = 'en-US'
const OKTA_ID_CHARACTERS = 20
const USER_PREFIX = '00u'

/** The id that Okta would have given a person: `00u` and 17 letters and digits, always the same ones. */
export function oktaId(objectId: string): string {
  const digest = createHash('sha256').update(objectId).digest('base64').replaceAll(/[+/=]/g, '0')
  return USER_PREFIX + digest.slice(0, OKTA_ID_CHARACTERS - USER_PREFIX.length)
}

/** The body of `POST /Users`. The password is random and meant for targets that insist on one. */
export function newUserBody(user: DirectoryUser): JsonObject {
  return {
    schemas: [CORE_USER],
    userName: user.userPrincipalName,
    name: { givenName: user.givenName, familyName: user.surname },
    emails: [workEmail(user)],
    displayName: user.displayName,
    locale: localeOf(user),
    externalId: oktaId(user.objectId),
    groups: [],
    password: randomBytes(12).toString('base64url'),
    active: true,
  }
}

/**
 * The body of `PUT /Users/{id}`: the resource as it was read, `id`, `meta`, `groups` and all, with the mapped attributes
 * changed. Undefined where none of them differs, for then nothing is sent.
 */
export function changedUserBody(resource: JsonObject, user: DirectoryUser): JsonObject | undefined {
  const name = isRecord(resource.name) ? resource.name : {}
  const emails = toList(resource.emails)
  const wanted: MutableJson = {
    userName: user.userPrincipalName,
    name: { ...name, givenName: user.givenName, familyName: user.surname },
    emails: hasWorkEmail(emails, user)
      ? emails
      : [workEmail(user), ...emails.filter((email) => !isWork(email)).map(toSecondary)],
    displayName: user.displayName,
    locale: localeOf(user),
    externalId: oktaId(user.objectId),
    active: true,
  }
  // Parts that are not changed are copies with their members in the same order, so that the texts are equal.
  const isSame = Object.entries(wanted).every(
    ([key, value]) => JSON.stringify(resource[key]) === JSON.stringify(value),
  )
  return isSame ? undefined : { ...resource, ...wanted }
}

function workEmail(user: DirectoryUser): JsonObject {
  return { primary: true, value: emailOf(user), type: 'work' }
}

/** An address is mandatory in Okta; where there is no mailbox the login stands in. */
function emailOf(user: DirectoryUser): string {
  return user.mail ?? user.userPrincipalName
}

function localeOf(user: DirectoryUser): string {
  return user.preferredLanguage ?? DEFAULT_LOCALE
}

function hasWorkEmail(emails: readonly unknown[], user: DirectoryUser): boolean {
  return emails.some((email) => isWork(email) && email.value === emailOf(user) && email.primary === true)
}

function isWork(email: unknown): email is MutableJson {
  return isRecord(email) && email.type === 'work'
}

function toSecondary(email: unknown): unknown {
  return isRecord(email) && email.primary === true ? { ...email, primary: false } : email
}
