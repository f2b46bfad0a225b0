import type { AppRole, Directory, DirectoryGroup, DirectoryUser } from './directory.ts'

/** What an administrator may edit on a user; the rest follows from other changes. */
export type UserEdit = Partial<Omit<DirectoryUser, 'objectId' | 'version' | 'deleted'>>

/** The user whose user principal name this is (without letter case), unless deleted for good. */
export function findUserByName(directory: Directory, userPrincipalName: string): DirectoryUser | undefined {
  const wanted = userPrincipalName.toLowerCase()
  return Object.values(directory.users).find(
    (user) => user.deleted !== 'hard' && user.userPrincipalName.toLowerCase() === wanted,
  )
}

/** Changes attributes of a user. An unknown object id is a programming error. */
export function editUser(directory: Directory, objectId: string, edit: UserEdit): DirectoryUser {
  return replaceUser(directory, objectId, edit)
}

/** Gives a user new names; the display name follows, the address does not. */
export function renameUser(directory: Directory, objectId: string, givenName: string, surname: string): void {
  replaceUser(directory, objectId, { givenName, surname, displayName: `${givenName} ${surname}` })
}

/** Moves a user to another department. */
export function moveUser(directory: Directory, objectId: string, department: string): void {
  replaceUser(directory, objectId, { department })
}

/** Blocks sign-in: the account stays in the directory and assigned. */
export function disableUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { accountEnabled: false })
}

/** Lifts what `disableUser` did. */
export function enableUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { accountEnabled: true })
}

/** Moves a user into the recycle bin, from where `restoreUser` brings it back. */
export function softDeleteUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { deleted: 'soft' })
}

/** Takes a user out of the recycle bin. */
export function restoreUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { deleted: 'no' })
}

/** Deletes a user for good. Groups keep the id in their list, as nothing is ever sent for it again. */
export function hardDeleteUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { deleted: 'hard' })
}

/** Assigns a user to the application, with app roles or the default access. */
export function assignUser(directory: Directory, objectId: string, appRoles: readonly AppRole[]): void {
  replaceUser(directory, objectId, { assigned: true, appRoles })
}

/** Takes a user's assignment and app roles away. */
export function unassignUser(directory: Directory, objectId: string): void {
  replaceUser(directory, objectId, { assigned: false, appRoles: [] })
}

/** Gives a group a new display name. */
export function renameGroup(directory: Directory, objectId: string, displayName: string): void {
  replaceGroup(directory, objectId, () => ({ displayName }))
}

/** Adds members to a group; those already in it stay once. */
export function addMembers(directory: Directory, objectId: string, memberIds: readonly string[]): void {
  replaceGroup(directory, objectId, (group) => ({
    memberIds: [...new Set([...group.memberIds, ...memberIds])],
  }))
}

/** Takes members out of a group. */
export function removeMembers(directory: Directory, objectId: string, memberIds: readonly string[]): void {
  const leaving = new Set(memberIds)
  replaceGroup(directory, objectId, (group) => ({
    memberIds: group.memberIds.filter((id) => !leaving.has(id)),
  }))
}

/** Assigns a group to the application, or takes the assignment away. */
export function assignGroup(directory: Directory, objectId: string, assigned: boolean): void {
  replaceGroup(directory, objectId, () => ({ assigned }))
}

/** Deletes a group. */
export function deleteGroup(directory: Directory, objectId: string): void {
  replaceGroup(directory, objectId, () => ({ deleted: true }))
}

function replaceUser(directory: Directory, objectId: string, edit: Partial<DirectoryUser>): DirectoryUser {
  const user = directory.users[objectId]
  if (user === undefined) throw new Error(`The directory has no user ${objectId}.`)
  const changed = { ...user, ...edit, version: ++directory.version }
  directory.users[objectId] = changed
  return changed
}

function replaceGroup(
  directory: Directory,
  objectId: string,
  edit: (group: DirectoryGroup) => Partial<DirectoryGroup>,
): void {
  const group = directory.groups[objectId]
  if (group === undefined) throw new Error(`The directory has no group ${objectId}.`)
  directory.groups[objectId] = { ...group, ...edit(group), version: ++directory.version }
}
