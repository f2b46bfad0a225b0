import type { AppRole, Directory, DirectoryUser } from '../directory.ts'
import { assignUser, disableUser, enableUser, unassignUser } from '../directory-changes.ts'
import { seededUuid } from '../random.ts'
import { refusal, type Refusal } from './refusals.ts'

/** Where the tenant's people come from, read at every use: another process may change them meanwhile. */
export interface DirectorySource {
  readonly read: () => Directory
  readonly change: (edit: (directory: Directory) => void) => void
}

/** Somebody who can be chosen on the sign-in page. */
export interface Person {
  readonly objectId: string
  readonly userPrincipalName: string
  /** What people take for their user name: a guest's is the address at home. */
  readonly preferredUsername: string
  readonly displayName: string
  readonly mail: string | null
  readonly accountEnabled: boolean
  readonly assigned: boolean
  /** Of a guest. */
  readonly homeTenantId: string | undefined
}

interface PersonEdit {
  readonly accountEnabled?: boolean
  readonly assigned?: boolean
  readonly appRoles?: readonly AppRole[]
}

export interface People {
  readonly find: (objectId: string) => Person | undefined
  /** Whom a `login_hint` means: a user name, an address, or the claim of that name. */
  readonly findByHint: (hint: string) => Person | undefined
  /** Those whose name or address contains the text, at most so many, and how many there are in all. */
  readonly search: (
    text: string,
    count: number,
  ) => { readonly found: readonly Person[]; readonly total: number }
  readonly edit: (objectId: string, edit: PersonEdit) => Person | undefined
}

const GUEST_MARK = '#EXT#'
const HINT_PREFIX = 'O.'

/**
 * The directory's people, and two whom provisioning never sees: a guest of another tenant, and somebody who is not
 * assigned to the application.
 */
export function createPeople(source: DirectorySource): People {
  const extras = new Map(inventExtras(source.read()).map((person) => [person.objectId, person]))
  const find = (objectId: string): Person | undefined => {
    const directory = source.read()
    const user = directory.users[objectId]
    return user === undefined ? extras.get(objectId) : toPerson(directory, user)
  }
  const users = (): readonly Person[] => {
    const directory = source.read()
    return Object.values(directory.users).flatMap((user) => toPerson(directory, user) ?? [])
  }
  return {
    find,
    findByHint: (hint) => {
      const objectId = hint.startsWith(HINT_PREFIX) ? fromLoginHint(hint) : hint
      const wanted = hint.toLowerCase()
      return (
        find(objectId) ?? [...users(), ...extras.values()].find((person) => namesOf(person).includes(wanted))
      )
    },
    search: (text, count) => {
      const wanted = text.trim().toLowerCase()
      const isMatch = (person: Person): boolean => searchText(person).includes(wanted)
      const matches = users().filter(isMatch)
      // The two are what a large directory would hide, and what is looked for.
      const ours = [...extras.values()].filter(isMatch)
      const room = Math.max(0, count - ours.length)
      return { found: [...matches.slice(0, room), ...ours], total: matches.length + ours.length }
    },
    edit: (objectId, edit) => {
      const extra = extras.get(objectId)
      const { accountEnabled = extra?.accountEnabled, assigned = extra?.assigned } = edit
      if (extra === undefined) source.change((directory) => editUser(directory, objectId, edit))
      else if (accountEnabled !== undefined && assigned !== undefined)
        extras.set(objectId, { ...extra, accountEnabled, assigned })
      return find(objectId)
    },
  }
}

/** Why a person cannot sign in to an application, if so. */
export function refusalOf(person: Person | undefined, application: string): Refusal | undefined {
  if (person === undefined) return refusal(50034)
  const words = { application, user: person.userPrincipalName }
  if (!person.accountEnabled) return refusal(50057, words)
  return person.assigned ? undefined : refusal(50105, words)
}

/** The claim `login_hint`: opaque to others, and safe where a name would not be. */
export function toLoginHint(person: Person): string {
  return HINT_PREFIX + Buffer.from(person.objectId).toString('base64url')
}

function fromLoginHint(hint: string): string {
  return Buffer.from(hint.slice(HINT_PREFIX.length), 'base64url').toString()
}

function namesOf(person: Person): readonly string[] {
  const { userPrincipalName, preferredUsername, mail } = person
  return [userPrincipalName, preferredUsername, mail ?? ''].map((name) => name.toLowerCase())
}

function searchText(person: Person): string {
  return [person.displayName.toLowerCase(), ...namesOf(person)].join('\n')
}

/** Those in the recycle bin cannot sign in: to the sign-in page they are gone. */
function toPerson({ seed }: Directory, user: DirectoryUser): Person | undefined {
  const { objectId, userPrincipalName, displayName, mail, accountEnabled, assigned, deleted } = user
  if (deleted !== 'no') return undefined
  const isGuest = userPrincipalName.includes(GUEST_MARK)
  return {
    objectId,
    userPrincipalName,
    preferredUsername: isGuest ? (mail ?? userPrincipalName) : userPrincipalName,
    displayName,
    mail,
    accountEnabled,
    assigned,
    homeTenantId: isGuest ? seededUuid(seed, 'home tenant') : undefined,
  }
}

function inventExtras({ seed, domain }: Directory): readonly Person[] {
  const [guestMail, strangerName] = ['gita.guest@fabrikam.example', `not.assigned@${domain}`]
  return [
    {
      objectId: seededUuid(seed, 'guest'),
      userPrincipalName: `${guestMail.replace('@', '_')}${GUEST_MARK}@${domain}`,
      preferredUsername: guestMail,
      displayName: 'Gita Guest',
      mail: guestMail,
      accountEnabled: true,
      assigned: true,
      homeTenantId: seededUuid(seed, 'home tenant'),
    },
    {
      objectId: seededUuid(seed, 'not assigned'),
      userPrincipalName: strangerName,
      preferredUsername: strangerName,
      displayName: 'Noa Notassigned',
      mail: strangerName,
      accountEnabled: true,
      assigned: false,
      homeTenantId: undefined,
    },
  ]
}

function editUser(directory: Directory, objectId: string, edit: PersonEdit): void {
  const user = directory.users[objectId]
  if (user === undefined) return
  const { accountEnabled, assigned = user.assigned, appRoles = user.appRoles } = edit
  if (accountEnabled === true) enableUser(directory, objectId)
  if (accountEnabled === false) disableUser(directory, objectId)
  if (edit.assigned === undefined && edit.appRoles === undefined) return
  if (assigned) assignUser(directory, objectId, appRoles)
  else unassignUser(directory, objectId)
}
