import { CULTURES, DEPARTMENTS, GROUP_WORDS, JOB_TITLES, PLACES } from './names.ts'
import type { Culture, Spelling } from './names.ts'
import { seededFraction, seededPick, seededUuid } from './random.ts'

export type AppRole = 'ReadOnly' | 'User' | 'Admin' | 'EnterpriseAdmin'

export interface DirectoryUser {
  readonly objectId: string
  readonly userPrincipalName: string
  readonly mail: string | null
  readonly mailNickname: string
  readonly givenName: string
  readonly surname: string
  readonly displayName: string
  readonly preferredLanguage: string | null
  readonly jobTitle: string | null
  readonly department: string | null
  readonly employeeId: string | null
  readonly telephoneNumber: string | null
  readonly mobile: string | null
  readonly facsimileTelephoneNumber: string | null
  readonly physicalDeliveryOfficeName: string | null
  readonly streetAddress: string | null
  readonly city: string | null
  readonly state: string | null
  readonly postalCode: string | null
  readonly country: string | null
  readonly managerId: string | null
  readonly accountEnabled: boolean
  /** Assigned to the application; without an app role it is the default access. */
  readonly assigned: boolean
  readonly appRoles: readonly AppRole[]
  /** `soft`: in the recycle bin; `hard`: gone for good, kept here as the delta query's "removed" mark. */
  readonly deleted: 'no' | 'soft' | 'hard'
  readonly version: number
}

export interface DirectoryGroup {
  readonly objectId: string
  readonly displayName: string
  readonly memberIds: readonly string[]
  readonly assigned: boolean
  readonly deleted: boolean
  readonly version: number
}

/** One tenant's directory: plain data that survives JSON. Every change takes the next version, as a delta query needs. */
export interface Directory {
  readonly seed: number
  readonly domain: string
  version: number
  readonly users: Record<string, DirectoryUser>
  readonly groups: Record<string, DirectoryGroup>
}

export interface DirectoryOptions {
  readonly users: number
  readonly groups: number
  readonly seed?: number
  readonly domain?: string
  /** So many users, the last ones, have no mailbox. */
  readonly withoutMail?: number
}

const DEFAULT_SEED = 1
/** Each manager has about so many reports. */
const REPORTS_PER_MANAGER = 8
/** What part of all users the first groups hold; the later ones hold the rest's share. */
const GROUP_SHARES = [1, 0.3, 0.1, 0.05]
const SMALL_GROUP_SHARE = 0.02

/** Invents a directory. The same options give the same directory, object ids included. */
export function createDirectory(options: DirectoryOptions): Directory {
  const { users, groups, seed = DEFAULT_SEED, domain = 'contoso.example', withoutMail = 0 } = options
  const directory: Directory = { seed, domain, version: 0, users: {}, groups: {} }
  growDirectory(directory, { users, groups })
  for (const user of Object.values(directory.users).slice(users - withoutMail))
    directory.users[user.objectId] = { ...user, mail: null }
  return directory
}

/**
 * Adds users and groups until there are so many that are not deleted for good. Existing ones stay as they are, except
 * that new users also join existing groups; a smaller number changes nothing.
 */
export function growDirectory(directory: Directory, wanted: { users: number; groups: number }): void {
  const addedUsers = addUsers(directory, wanted.users)
  if (addedUsers.length > 0) joinExistingGroups(directory, addedUsers)
  addGroups(directory, wanted.groups)
}

/** The users that exist or lie in the recycle bin. */
export function listUsers(directory: Directory): readonly DirectoryUser[] {
  return Object.values(directory.users).filter((user) => user.deleted !== 'hard')
}

/** The groups that exist. */
export function listGroups(directory: Directory): readonly DirectoryGroup[] {
  return Object.values(directory.groups).filter((group) => !group.deleted)
}

function addUsers(directory: Directory, wanted: number): readonly DirectoryUser[] {
  const ids = Object.keys(directory.users)
  const taken = new Set(Object.values(directory.users).map((user) => user.mailNickname))
  const added: DirectoryUser[] = []
  for (let count = listUsers(directory).length; count < wanted; count++) {
    const managerId = ids[Math.floor((ids.length - 1) / REPORTS_PER_MANAGER)] ?? null
    const user = inventUser(directory, ids.length, { managerId, taken })
    directory.users[user.objectId] = user
    ids.push(user.objectId)
    added.push(user)
  }
  return added
}

function addGroups(directory: Directory, wanted: number): void {
  const users = listUsers(directory)
  for (let count = listGroups(directory).length; count < wanted; count++) {
    const index = Object.keys(directory.groups).length
    const objectId = seededUuid(directory.seed, 'group', index)
    const memberIds = users.filter((user) => isDrawn(directory, index, user)).map((user) => user.objectId)
    const round = Math.floor(index / GROUP_WORDS.length)
    const word = GROUP_WORDS[index % GROUP_WORDS.length] ?? 'Group'
    directory.groups[objectId] = {
      objectId,
      displayName: round === 0 ? word : `${word} ${round + 1}`,
      memberIds,
      assigned: true,
      deleted: false,
      version: ++directory.version,
    }
  }
}

function joinExistingGroups(directory: Directory, added: readonly DirectoryUser[]): void {
  Object.values(directory.groups).forEach((group, index) => {
    const joining = added.filter((user) => isDrawn(directory, index, user)).map((user) => user.objectId)
    if (group.deleted || joining.length === 0) return
    const memberIds = [...group.memberIds, ...joining]
    directory.groups[group.objectId] = { ...group, memberIds, version: ++directory.version }
  })
}

/** Membership is drawn per pair, so that it does not depend on what was there first. */
function isDrawn(directory: Directory, groupIndex: number, user: DirectoryUser): boolean {
  const share = GROUP_SHARES[groupIndex] ?? SMALL_GROUP_SHARE
  return share === 1 || seededFraction(directory.seed, 'member', groupIndex, user.objectId) < share
}

interface Circumstances {
  readonly managerId: string | null
  readonly taken: Set<string>
}

function inventUser(directory: Directory, index: number, { managerId, taken }: Circumstances): DirectoryUser {
  const { seed, domain } = directory
  const culture = seededPick(CULTURES, seed, 'culture', index)
  const given = seededPick(culture.given, seed, 'given', index)
  const surname = seededPick(culture.surnames, seed, 'surname', index)
  const mailNickname = freeNickname(`${given[1]}.${surname[1]}`, taken)
  return {
    objectId: seededUuid(seed, 'user', index),
    userPrincipalName: `${mailNickname}@${domain}`,
    mail: mailOf(directory, index, mailNickname),
    mailNickname,
    givenName: given[0],
    surname: surname[0],
    displayName: toDisplayName(culture, given, surname),
    preferredLanguage: culture.language,
    ...inventWork(seed, index),
    ...inventAddress(seed, index),
    managerId,
    accountEnabled: true,
    assigned: true,
    appRoles: inventRoles(seed, index),
    deleted: 'no',
    version: ++directory.version,
  }
}

function freeNickname(base: string, taken: Set<string>): string {
  let nickname = base
  for (let next = 2; taken.has(nickname); next++) nickname = `${base}${next}`
  taken.add(nickname)
  return nickname
}

/** Some mailboxes are spelled in capitals: the target must give back exactly what it got. */
function mailOf({ seed, domain }: Directory, index: number, nickname: string): string {
  const local = seededFraction(seed, 'mail', index) < 0.2 ? nickname.toUpperCase() : nickname
  return `${local}@${domain}`
}

function toDisplayName(culture: Culture, given: Spelling, surname: Spelling): string {
  return culture.surnameFirst === true ? `${surname[0]} ${given[0]}` : `${given[0]} ${surname[0]}`
}

function inventWork(
  seed: number,
  index: number,
): Pick<DirectoryUser, 'jobTitle' | 'department' | 'employeeId'> {
  return {
    jobTitle: seededPick(JOB_TITLES, seed, 'title', index),
    department: seededPick(DEPARTMENTS, seed, 'department', index),
    employeeId: `E-${1000 + index}`,
  }
}

function inventAddress(
  seed: number,
  index: number,
): Pick<
  DirectoryUser,
  | 'telephoneNumber'
  | 'mobile'
  | 'facsimileTelephoneNumber'
  | 'physicalDeliveryOfficeName'
  | 'streetAddress'
  | 'city'
  | 'state'
  | 'postalCode'
  | 'country'
> {
  const place = seededPick(PLACES, seed, 'place', index)
  const extension = String(index).padStart(4, '0')
  const lucky = seededFraction(seed, 'phones', index)
  return {
    telephoneNumber: `${place.dialling} 00 ${extension}`,
    mobile: lucky < 0.7 ? `${place.dialling} 900 ${extension}` : null,
    facsimileTelephoneNumber: lucky < 0.1 ? `${place.dialling} 09 ${extension}` : null,
    physicalDeliveryOfficeName: `${place.country}-${100 + (index % 400)}`,
    streetAddress: `${place.street} ${1 + (index % 90)}`,
    city: place.city,
    state: place.state,
    postalCode: place.postalCode,
    country: place.country,
  }
}

/** The first user runs the organization; most others just use the product, some with the apps only (no role). */
function inventRoles(seed: number, index: number): readonly AppRole[] {
  if (index === 0) return ['EnterpriseAdmin']
  if (index === 1) return ['Admin']
  const drawn = seededFraction(seed, 'role', index)
  if (drawn < 0.03) return ['Admin']
  if (drawn < 0.63) return ['User']
  return drawn < 0.83 ? ['ReadOnly'] : []
}
