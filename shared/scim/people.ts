import type { ResourceId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import { loginEmail, personName } from '../kernel/person.ts'
import type { Role } from '../kernel/roles.ts'
import { fold } from '../kernel/text.ts'
import { listPeople, listSearchRows, type PeopleRows } from '../storage/people.ts'
import { searchKey } from '../storage/keys.ts'
import { findUserIdByName, findUserIdsByEmail } from '../storage/user-lookups.ts'
import { findUser, type StoredUser } from '../storage/users.ts'
import type { PeopleContext } from './people-context.ts'

/** What somebody looks for; what is absent is not asked. */
export interface PeopleQuery {
  /** A whole user name or e-mail address, or the first letters of a name or of one of these. */
  readonly text?: string
  readonly active?: boolean
  /** `none`: people without a role. */
  readonly role?: Role | 'none'
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly count: number
}

/** A line of the list. */
export interface PersonLine {
  readonly id: ResourceId
  readonly name: string
  readonly userName: string
  readonly email: string | undefined
  readonly active: boolean
  readonly role: Role | undefined
  readonly lastSignIn: string | undefined
}

export interface PeoplePage {
  readonly people: readonly PersonLine[]
  /** Where the next page begins; absent at the end. A page may be short, or empty, and still have a next one. */
  readonly next: string | undefined
}

/** UTF-16 units, as long as a value that is looked up can be. */
const TEXT_LENGTH = LIMITS.indexedValueLength

/** One page of people, whole matches first. Two rounds of storage requests at any size; one without a text. */
export async function findPeople(context: PeopleContext, query: PeopleQuery): Promise<PeoplePage> {
  const text = fold((query.text ?? '').trim().slice(0, TEXT_LENGTH))
  return text === '' ? browse(context, query) : search(context, query, text)
}

async function browse({ store, tenant }: PeopleContext, query: PeopleQuery): Promise<PeoplePage> {
  const isFiltered = query.active !== undefined || query.role !== undefined
  const page = { after: query.after, count: query.count, isFiltered }
  const found = await listPeople(store, tenant, page, (user) => isWanted(user, query))
  return { people: found.users.map(toLine), next: found.next }
}

async function search(context: PeopleContext, query: PeopleQuery, text: string): Promise<PeoplePage> {
  const { store, tenant } = context
  const [byName, byEmail, begin] = await Promise.all([
    query.after === undefined ? findUserIdByName(store, tenant, text) : undefined,
    query.after === undefined ? findUserIdsByEmail(store, tenant, text) : [],
    listSearchRows(store, tenant, text, query),
  ])
  const exact = [...(byName === undefined ? [] : [byName]), ...byEmail]
  const ids = [...new Set([...exact, ...begin.rows.map(({ id }) => id)])]
  const users = (await Promise.all(ids.map((id) => findUser(store, tenant, id)))).filter(
    (user) => user !== undefined,
  )
  const whole = users.filter((user) => isWhole(user, text))
  const others = users.filter((user) => !isWhole(user, text) && isHere(user, text, begin))
  const wanted = [...(query.after === undefined ? whole : []), ...others].filter((user) =>
    isWanted(user, query),
  )
  return { people: wanted.map(toLine), next: begin.next }
}

/** Stands on the first page, so on no other. */
function isWhole({ index }: StoredUser, text: string): boolean {
  return fold(index.userName) === text || index.emails.includes(text)
}

/**
 * Whether the person belongs to this page: of the rows by which one is found, the first one decides. A row holds the
 * first bytes only, so that the whole text is compared here.
 */
function isHere({ id, index }: StoredUser, text: string, { rows }: PeopleRows): boolean {
  const [first] = index.search
    .filter((term) => term.startsWith(text))
    .map((term) => searchKey(term, id))
    .toSorted()
  return rows.some(({ key }) => key === first)
}

function isWanted({ index }: StoredUser, { active, role }: PeopleQuery): boolean {
  if (active !== undefined && index.active !== active) return false
  return role === undefined || (index.role ?? 'none') === role
}

function toLine({ id, attributes, index, signIn }: StoredUser): PersonLine {
  return {
    id,
    name: personName(attributes).display ?? index.userName,
    userName: index.userName,
    email: loginEmail(attributes),
    active: index.active,
    role: index.role,
    lastSignIn: signIn.lastSignIn,
  }
}
