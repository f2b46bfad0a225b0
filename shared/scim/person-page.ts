import { listPersonActivity, type ActivityItem } from '../activity/activity.ts'
import type { ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { loginEmail, personName } from '../kernel/person.ts'
import type { Role } from '../kernel/roles.ts'
import { findGroup } from '../storage/groups.ts'
import { listMemberships } from '../storage/memberships.ts'
import { listFamilies, type StoredFamily } from '../storage/refresh-families.ts'
import { findTombstone, type Tombstone } from '../storage/tombstones.ts'
import type { UserSignIn } from '../storage/user-sign-in.ts'
import { findUser, type StoredUser } from '../storage/users.ts'
import type { PeopleContext } from './people-context.ts'
import { personFields, type PersonField } from './person-fields.ts'

/** Everything that the page of one person shows. */
export interface PersonPage {
  readonly id: ResourceId
  readonly name: string
  readonly userName: string
  readonly email: string | undefined
  readonly fields: readonly PersonField[]
  readonly state: PresentPerson | DeletedPerson
  /** Newest first. */
  readonly activity: readonly ActivityItem[]
}

export interface PresentPerson {
  readonly kind: 'active' | 'inactive'
  readonly role: Role | undefined
  /** Who changes the fields: Entra, or for an account that Entra has not matched yet, the platform. */
  readonly managedBy: 'entra' | 'platform'
  readonly created: string
  readonly modified: string
  /** Whether the login e-mail is kept from others. */
  readonly holdsEmail: boolean
  readonly groups: readonly { readonly id: ResourceId; readonly name: string }[]
  /** More than are shown. */
  readonly hasMoreGroups: boolean
  readonly link: UserSignIn['account']
  readonly lastSignIn: string | undefined
  readonly grants: readonly PersonGrant[]
}

/** A client of the platform that the person is signed in to. */
export interface PersonGrant {
  readonly id: string
  readonly clientId: string
  readonly scope: string
  readonly since: string
  readonly expires: string
}

export interface DeletedPerson {
  readonly kind: 'deleted'
  readonly deletedAt: string
  /** When it is gone for good. */
  readonly purgedAt: string
  /** How many groups the person was in. */
  readonly groups: number
}

const GROUPS_SHOWN = 100
const ACTIVITY_SHOWN = 25
const DAY_MS = 86_400_000

/** The page of a person, deleted ones included; `undefined` for who was never there or is purged. Two rounds of storage requests. */
export async function getPersonPage(
  { store, tenant, now }: PeopleContext,
  id: ResourceId,
): Promise<PersonPage | undefined> {
  const [user, tombstone, memberships, families, activity] = await Promise.all([
    findUser(store, tenant, id),
    findTombstone(store, tenant, id),
    listMemberships(store, tenant, id, GROUPS_SHOWN + 1),
    listFamilies(store, tenant, id),
    listPersonActivity(store, tenant, id, { before: undefined, count: ACTIVITY_SHOWN }),
  ])
  if (user === undefined)
    return tombstone && { ...toPerson(tombstone), state: toDeleted(tombstone), activity }
  const shown = memberships.slice(0, GROUPS_SHOWN)
  const groups = await Promise.all(shown.map((group) => findGroup(store, tenant, group)))
  const state: PresentPerson = {
    ...toPresent(user),
    // Deleted groups may leave memberships for a while.
    groups: groups.flatMap((group) =>
      group === undefined ? [] : [{ id: group.id, name: group.displayName }],
    ),
    hasMoreGroups: memberships.length > GROUPS_SHOWN,
    grants: families.flatMap((family) => toGrant(family, user.signIn, now())),
  }
  return { ...toPerson({ ...user, userName: user.index.userName }), state, activity }
}

function toPerson(person: {
  readonly id: ResourceId
  readonly userName: string
  readonly attributes: JsonObject
}): Omit<PersonPage, 'state' | 'activity'> {
  const { id, userName, attributes } = person
  return {
    id,
    name: personName(attributes).display ?? userName,
    userName,
    email: loginEmail(attributes),
    fields: personFields(attributes),
  }
}

function toPresent(user: StoredUser): Omit<PresentPerson, 'groups' | 'hasMoreGroups' | 'grants'> {
  const { index, signIn, origin } = user
  return {
    kind: index.active ? 'active' : 'inactive',
    role: index.role,
    // Entra gives everybody whom it matches an external id.
    managedBy: origin === 'platform' && index.externalId === undefined ? 'platform' : 'entra',
    created: user.created,
    modified: user.modified,
    holdsEmail: index.uniqueEmail !== undefined,
    link: signIn.account,
    lastSignIn: signIn.lastSignIn,
  }
}

function toDeleted({ deletedAt, groups }: Tombstone): DeletedPerson {
  const purgedAt = new Date(Date.parse(deletedAt) + LIMITS.purgeAfterDays * DAY_MS).toISOString()
  return { kind: 'deleted', deletedAt, purgedAt, groups: groups.length }
}

/** None for one that is over: past its end, or begun before everything was ended. */
function toGrant(family: StoredFamily, { validFrom }: UserSignIn, now: Date): readonly PersonGrant[] {
  const parsed: unknown = JSON.parse(family.grant)
  const { clientId, scope, began } = isRecord(parsed) ? parsed : {}
  const since = new Date(Number(began ?? 0))
  if (family.expires <= now || (validFrom !== undefined && since < new Date(validFrom))) return []
  return [
    {
      id: family.id,
      clientId: String(clientId),
      scope: String(scope),
      since: since.toISOString(),
      expires: family.expires.toISOString(),
    },
  ]
}
