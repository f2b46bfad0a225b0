import { newResourceId } from '../../shared/kernel/ids.ts'
import { deleteGroup, getGroup, patchGroup } from '../../shared/scim/groups.ts'
import { listGroups } from '../../shared/scim/list.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  pageQuery,
  projectGroup,
  removeMembersOp,
  replaceOp,
  type Directory,
} from '../support/directory-context.ts'

/** What is counted: an operation is prepared, which is free, and then carried out. */
type Prepare = (directory: Directory) => Promise<() => Promise<unknown>>
export type Operation = readonly [name: string, requests: number, prepare: Prepare]

/** Operations on groups, and the storage requests that each may take at any size of the connector. */
export const GROUP_BUDGET: readonly Operation[] = [
  ['find a group by displayName: miss', 1, async (directory) => () => findGroupBy(directory, 'nobody')],
  [
    'find a group by displayName: hit',
    2,
    async (directory) => {
      const displayName = newResourceId()
      await addGroup(directory, [], { displayName })
      return () => findGroupBy(directory, displayName)
    },
  ],
  ['add 1 member', 1, adding(1)],
  ['add 32 members', 1, adding(32)],
  ['add 33 members', 2, adding(33)],
  [
    'add a member who is in',
    1,
    async (directory) => {
      const id = await addUser(directory)
      const group = await addGroup(directory, [id])
      return () => patchGroup(directory.context, group, addMembersOp(id))
    },
  ],
  ['remove 1 member', 1, removing(1)],
  ['remove 48 members', 1, removing(48)],
  ['remove 49 members', 2, removing(49)],
  [
    'remove a user who is no member',
    1,
    async (directory) => {
      const id = await addUser(directory)
      const group = await addGroup(directory)
      return () => patchGroup(directory.context, group, removeMembersOp(id))
    },
  ],
  // Refused, both looked up, and the one who is in removed.
  [
    'remove a member and one who is none',
    4,
    async (directory) => {
      const member = await addUser(directory)
      const stranger = await addUser(directory)
      const group = await addGroup(directory, [member])
      return () => patchGroup(directory.context, group, removeMembersOp(member, stranger))
    },
  ],
  [
    'rename a group',
    2,
    async (directory) => {
      const group = await addGroup(directory)
      return () => patchGroup(directory.context, group, replaceOp('displayName', newResourceId()))
    },
  ],
  [
    'delete a group without members',
    2,
    async (directory) => {
      const group = await addGroup(directory)
      return () => deleteGroup(directory.context, group)
    },
  ],
  [
    'delete a group with 3 members',
    3,
    async (directory) => {
      const group = await addGroup(directory, await addUsers(directory, 3))
      return () => deleteGroup(directory.context, group)
    },
  ],
  [
    'read a group without its members',
    1,
    async (directory) => {
      const group = await addGroup(directory, await addUsers(directory, 3))
      return () => getGroup(directory.context, group, projectGroup({ excludedAttributes: 'members' }))
    },
  ],
  [
    'read a group that never had members',
    1,
    async (directory) => {
      const group = await addGroup(directory)
      return () => getGroup(directory.context, group, projectGroup())
    },
  ],
  [
    'read a group with 3 members',
    2,
    async (directory) => {
      const group = await addGroup(directory, await addUsers(directory, 3))
      return () => getGroup(directory.context, group, projectGroup())
    },
  ],
  [
    'list groups without members',
    2,
    async (directory) => {
      await addGroup(directory)
      return () => listGroups(directory.context, pageQuery({ excludedAttributes: 'members' }))
    },
  ],
]

function adding(count: number): Prepare {
  return async (directory) => {
    const members = await addUsers(directory, count)
    const group = await addGroup(directory)
    return () => patchGroup(directory.context, group, addMembersOp(...members))
  }
}

function removing(count: number): Prepare {
  return async (directory) => {
    const members = await addUsers(directory, count)
    const group = await addGroup(directory, members)
    return () => patchGroup(directory.context, group, removeMembersOp(...members))
  }
}

function findGroupBy({ context }: Directory, displayName: string): Promise<unknown> {
  const filter = `displayName eq "${displayName}"`
  return listGroups(context, pageQuery({ filter, excludedAttributes: 'members' }))
}
