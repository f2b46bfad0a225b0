import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { personName } from '../kernel/person.ts'
import { listGroupStretch, listMemberStretch, type Stretch } from '../storage/group-page.ts'
import { findGroup, findGroupIdsByName, type StoredGroup } from '../storage/groups.ts'
import type { Member } from '../storage/memberships.ts'
import { findUser } from '../storage/users.ts'
import type { PeopleContext } from './people-context.ts'

export interface GroupLine {
  readonly id: ResourceId
  readonly name: string
  readonly externalId: string | undefined
  readonly modified: string
}

export interface GroupsPage {
  readonly groups: readonly GroupLine[]
  /** Where the next page begins; absent at the end. */
  readonly next: string | undefined
}

/** A member by the name that people know. */
interface MemberLine {
  readonly id: ResourceId
  readonly kind: Member['kind']
  readonly name: string
  /** What tells people of one name apart. */
  readonly userName: string | undefined
  readonly active: boolean
}

export interface GroupPage extends GroupLine {
  readonly created: string
  readonly members: readonly MemberLine[]
  readonly next: string | undefined
}

interface Page {
  /** `next` of the page before; anything that is none begins at the beginning. */
  readonly after?: string | undefined
  readonly count: number
}

/** Groups by id or, with a text, those of exactly that name. Two rounds of storage requests at most. */
export async function findGroups(
  { store, tenant }: PeopleContext,
  { text, ...page }: Page & { readonly text?: string },
): Promise<GroupsPage> {
  const name = (text ?? '').trim()
  if (name === '') {
    const { shown, next } = cut(await listGroupStretch(store, tenant, toStretch(page)), page.count)
    return { groups: shown.map(toLine), next }
  }
  const ids = (await findGroupIdsByName(store, tenant, name)).slice(0, page.count)
  const groups = await Promise.all(ids.map((id) => findGroup(store, tenant, id)))
  return { groups: groups.flatMap((group) => (group === undefined ? [] : [toLine(group)])), next: undefined }
}

/**
 * A group with one page of its members, by id: a group of any size costs the same. `undefined` where there is none.
 * Two rounds of storage requests.
 */
export async function getGroupPage(
  { store, tenant }: PeopleContext,
  id: ResourceId,
  page: Page,
): Promise<GroupPage | undefined> {
  const [group, found] = await Promise.all([
    findGroup(store, tenant, id),
    listMemberStretch(store, tenant, id, toStretch(page)),
  ])
  if (group === undefined) return undefined
  const { shown, next } = cut(found, page.count)
  const members = await Promise.all(
    shown.map(({ id: member, kind }) =>
      kind === 'User'
        ? findUser(store, tenant, member).then((user) => user && toPerson(user))
        : findGroup(store, tenant, member).then((inner) => inner && toMember(inner)),
    ),
  )
  return {
    ...toLine(group),
    created: group.created,
    members: members.filter((member) => member !== undefined),
    next,
  }
}

const toStretch = ({ after, count }: Page): Stretch => ({ after: parseResourceId(after), count: count + 1 })

function cut<T extends { readonly id: ResourceId }>(
  found: readonly T[],
  count: number,
): { readonly shown: readonly T[]; readonly next: ResourceId | undefined } {
  const shown = found.slice(0, count)
  return { shown, next: found.length > count ? shown.at(-1)?.id : undefined }
}

function toLine({ id, displayName, externalId, modified }: StoredGroup): GroupLine {
  return { id, name: displayName, externalId, modified }
}

function toPerson({ id, attributes, index }: NonNullable<Awaited<ReturnType<typeof findUser>>>): MemberLine {
  return {
    id,
    kind: 'User',
    name: personName(attributes).display ?? index.userName,
    userName: index.userName,
    active: index.active,
  }
}

function toMember({ id, displayName }: StoredGroup): MemberLine {
  return { id, kind: 'Group', name: displayName, userName: undefined, active: true }
}
