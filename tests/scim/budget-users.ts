import { expect } from 'vitest'
import { listActivity } from '../../shared/activity/activity.ts'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { listUsers } from '../../shared/scim/list.ts'
import { createUser, deleteUser, getUser, patchUser, replaceUserResource } from '../../shared/scim/users.ts'
import {
  addGroup,
  addUser,
  outcomeOf,
  pageQuery,
  projectUser,
  replaceOp,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser, patchOp } from '../support/gatehouse.ts'
import type { Operation } from './budget-groups.ts'

/** Operations on users, and the storage requests that each may take at any size of the connector. */
export const USER_BUDGET: readonly Operation[] = [
  ['find by userName: miss', 1, async (directory) => () => findBy(directory, 'userName', 'nobody@x.example')],
  [
    'find by userName: hit',
    2,
    async (directory) => {
      const userName = `found.${newResourceId()}@x.example`
      await addUser(directory, { userName })
      return () => findBy(directory, 'userName', userName.toUpperCase())
    },
  ],
  ['find by externalId: miss', 1, async (directory) => () => findBy(directory, 'externalId', 'nobody')],
  [
    'find by externalId: hit',
    2,
    async (directory) => {
      const externalId = newResourceId()
      await addUser(directory, { externalId })
      return () => findBy(directory, 'externalId', externalId)
    },
  ],
  [
    'find by e-mail: hit',
    2,
    async (directory) => {
      const value = `${newResourceId()}@x.example`
      await addUser(directory, { emails: [{ type: 'work', value }] })
      return () => findBy(directory, 'emails[type eq "work"].value', value)
    },
  ],
  [
    'create a user with a taken name',
    2,
    async ({ context }) => {
      const body = entraUser()
      await createUser(context, body, 'directory')
      return () => refused(createUser(context, body, 'directory'), 'not_unique')
    },
  ],
  // The answer names the person who has the address, which takes that person's row.
  [
    'create a user with a taken e-mail',
    3,
    async ({ context }) => {
      const { emails } = entraUser()
      await createUser(context, entraUser({ emails }), 'directory')
      return () => refused(createUser(context, entraUser({ emails }), 'directory'), 'not_unique')
    },
  ],
  [
    'read a user who was never in a group',
    1,
    async (directory) => {
      const id = await addUser(directory)
      return () => getUser(directory.context, id, projectUser())
    },
  ],
  [
    'read a user without the groups',
    1,
    async (directory) => {
      const id = await newMember(directory)
      return () => getUser(directory.context, id, projectUser({ excludedAttributes: 'groups' }))
    },
  ],
  // One more than the two of the layout: whether a deleted group is still being swept.
  [
    'read a user with groups',
    3,
    async (directory) => {
      const id = await newMember(directory)
      return () => getUser(directory.context, id, projectUser())
    },
  ],
  [
    'read a user who does not exist',
    1,
    async ({ context }) =>
      () =>
        refused(getUser(context, newResourceId(), projectUser()), 'not_found'),
  ],
  [
    'read with an id that is none',
    0,
    async ({ context }) =>
      () =>
        refused(getUser(context, 'mira', projectUser()), 'not_found'),
  ],
  [
    'PATCH a user',
    2,
    async (directory) => {
      const id = await addUser(directory)
      return () => patchUser(directory.context, id, replaceOp('title', 'Pilot'), projectUser())
    },
  ],
  [
    'PATCH the name and the e-mail of a user',
    2,
    async (directory) => {
      const id = await addUser(directory)
      const { userName, emails } = entraUser()
      const body = patchOp(
        { op: 'Replace', path: 'userName', value: userName },
        { op: 'Replace', path: 'emails', value: emails },
      )
      return () => patchUser(directory.context, id, body, projectUser())
    },
  ],
  [
    'PATCH that changes nothing',
    1,
    async (directory) => {
      const id = await addUser(directory, { title: 'Pilot' })
      return () => patchUser(directory.context, id, replaceOp('title', 'Pilot'), projectUser())
    },
  ],
  [
    'PUT a user',
    2,
    async (directory) => {
      const id = await addUser(directory)
      return () => replaceUserResource(directory.context, id, entraUser(), projectUser())
    },
  ],
  [
    'delete a user who was never in a group',
    2,
    async (directory) => {
      const id = await addUser(directory)
      return () => deleteUser(directory.context, id)
    },
  ],
  [
    'delete a user in a group',
    3,
    async (directory) => {
      const id = await newMember(directory)
      return () => deleteUser(directory.context, id)
    },
  ],
  [
    'list the first page of users',
    2,
    async ({ context }) =>
      () =>
        listUsers(context, pageQuery()),
  ],
  [
    'list a page in the middle',
    2,
    async (directory) => {
      const startIndex = String(Math.ceil((await total(directory)) / 2))
      return () => listUsers(directory.context, pageQuery({ startIndex, count: '500' }))
    },
  ],
  [
    'list the last user',
    2,
    async (directory) => {
      const startIndex = String(await total(directory))
      return () => listUsers(directory.context, pageQuery({ startIndex }))
    },
  ],
  [
    'list past the end',
    1,
    async ({ context }) =>
      () =>
        listUsers(context, pageQuery({ startIndex: '1000000' })),
  ],
  [
    'count the users',
    1,
    async ({ context }) =>
      () =>
        listUsers(context, pageQuery({ count: '0' })),
  ],
  [
    'a page of the activity',
    1,
    async ({ store, tenant }) =>
      () =>
        listActivity(store, tenant, { before: undefined, count: 100 }),
  ],
]

function findBy({ context }: Directory, attribute: string, value: string): Promise<unknown> {
  return listUsers(context, pageQuery({ filter: `${attribute} eq "${value}"` }))
}

async function newMember(directory: Directory): Promise<ResourceId> {
  const id = await addUser(directory)
  await addGroup(directory, [id])
  return id
}

async function total({ context }: Directory): Promise<number> {
  return Number((await listUsers(context, pageQuery({ count: '0' })))['totalResults'])
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  expect(await outcomeOf(work)).toBe(code)
}
