import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createGroup, deleteGroup, patchGroup } from '../../shared/scim/groups.ts'
import { createUser, deleteUser, patchUser, replaceUserResource } from '../../shared/scim/users.ts'
import type { Store } from '../../shared/storage/store.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  newDirectory,
  outcomeOf,
  projectGroup,
  projectUser,
  removeMembersOp,
  replaceOp,
  rowsOf,
  type Directory,
} from '../support/directory-context.ts'
import { startFaultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts'
import { entraGroup, entraUser } from '../support/gatehouse.ts'

/*
 * A transaction that is committed and whose answer gets lost is sent again and then refused, since everything is there
 * already. That refusal is the echo of our own success.
 */

/** The operation once it is prepared, and the activity that it must leave exactly once. */
type Operation = (directory: Directory) => Promise<readonly [activity: string, call: () => Promise<unknown>]>

const OPERATIONS: readonly (readonly [string, Operation])[] = [
  [
    'create a user',
    async ({ context }) => {
      const body = entraUser()
      return ['user.create', () => createUser(context, body, 'directory')]
    },
  ],
  [
    'PATCH a user',
    async (directory) => {
      const id = await addUser(directory)
      return [
        'user.update',
        () => patchUser(directory.context, id, replaceOp('userName', 'new@x.example'), projectUser()),
      ]
    },
  ],
  [
    'PUT a user',
    async (directory) => {
      const id = await addUser(directory)
      return ['user.update', () => replaceUserResource(directory.context, id, entraUser(), projectUser())]
    },
  ],
  [
    'deactivate a user',
    async (directory) => {
      const id = await addUser(directory)
      return [
        'user.deactivate',
        () => patchUser(directory.context, id, replaceOp('active', 'False'), projectUser()),
      ]
    },
  ],
  [
    'delete a user',
    async (directory) => {
      const id = await addUser(directory)
      await addGroup(directory, [id])
      return ['user.delete', () => deleteUser(directory.context, id)]
    },
  ],
  [
    'create a group',
    async ({ context }) => {
      const body = entraGroup()
      return ['group.create', () => createGroup(context, body, projectGroup())]
    },
  ],
  [
    'rename a group',
    async (directory) => {
      const group = await addGroup(directory)
      return [
        'group.update',
        () => patchGroup(directory.context, group, replaceOp('displayName', 'New crew')),
      ]
    },
  ],
  [
    'delete a group',
    async (directory) => {
      const group = await addGroup(directory, await addUsers(directory, 3))
      return ['group.delete', () => deleteGroup(directory.context, group)]
    },
  ],
  [
    'add members',
    async (directory) => {
      const members = await addUsers(directory, 3)
      const group = await addGroup(directory)
      return ['group.members', () => patchGroup(directory.context, group, addMembersOp(...members))]
    },
  ],
  [
    'remove members',
    async (directory) => {
      const members = await addUsers(directory, 3)
      const group = await addGroup(directory)
      for (const member of members)
        await directory.store.table('main', 'directory').batch(directory.tenant.connector, [
          { kind: 'merge', key: `u.${member}`, values: { mv: true } },
          { kind: 'merge', key: `g.${group}`, values: { hm: true } },
          { kind: 'put', key: `m.${group}.${member}`, values: {} },
          { kind: 'put', key: `r.${member}.${group}`, values: {} },
        ])
      return ['group.members', () => patchGroup(directory.context, group, removeMembersOp(...members))]
    },
  ],
]

const FAULTS: readonly (readonly [string, Fault, number])[] = [
  ['lost once', { kind: 'lost' }, 1],
  ['lost twice', { kind: 'lost' }, 2],
  ['cut off', { kind: 'cut' }, 1],
]

describe('a transaction that is committed, and its answer', () => {
  let proxy: FaultProxy

  beforeAll(async () => {
    proxy = await startFaultProxy(inject('azurite'))
  })
  afterAll(() => proxy.close())

  /** Lets the next transaction's answer meet the fault. */
  function failing(store: Store, fault: Fault, times: number): Store {
    let isArmed = true
    return {
      ...store,
      table(account, name) {
        const table = store.table(account, name)
        return {
          ...table,
          async batch(partition, writes) {
            if (isArmed) proxy.fail(fault, times)
            isArmed = false
            return table.batch(partition, writes)
          },
        }
      },
    }
  }

  describe.each(FAULTS)('%s', (_, fault, times) => {
    it.each(OPERATIONS)('%s: succeeds, once', async (_name, prepare) => {
      const directory = newDirectory('Azurite', { connectionString: proxy.connectionString })
      const faulty = { ...directory, context: { ...directory.context } }
      const [activity, call] = await prepare(faulty)
      const before = proxy.requests()
      Object.assign(faulty.context, { store: failing(directory.store, fault, times) })

      await call()

      expect(proxy.requests() - before).toBeGreaterThan(times)
      const rows = await rowsOf(directory, 'a.')
      expect(rows.filter(({ values }) => values['op'] === activity)).toHaveLength(1)
      expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
    })
  })

  it('a name that somebody else has is still refused after a lost answer', async () => {
    const directory = newDirectory('Azurite', { connectionString: proxy.connectionString })
    const body = entraUser()
    await createUser(directory.context, body, 'directory')
    const context = { ...directory.context, store: failing(directory.store, { kind: 'lost' }, 1) }

    expect(await outcomeOf(createUser(context, body, 'directory'))).toBe('not_unique')
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })
})
