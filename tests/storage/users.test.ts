import { describe, expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { createUser, deleteUser, patchUser } from '../../shared/scim/users.ts'
import { fromChunks } from '../../shared/storage/chunks.ts'
import type { Store } from '../../shared/storage/store.ts'
import {
  findUserIdByLoginEmail,
  findUserIdByName,
  findUserIdsByEmail,
  findUserIdsByExternalId,
} from '../../shared/storage/user-lookups.ts'
import { findUser } from '../../shared/storage/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  idOf,
  keysOf,
  newDirectory,
  outcomeOf,
  projectUser,
  replaceOp,
  rowsOf,
  STORES,
  STRICT,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser, patchOp } from '../support/gatehouse.ts'

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

async function kindsOf(directory: Directory): Promise<Record<string, number>> {
  const kinds: Record<string, number> = {}
  for (const key of await keysOf(directory)) {
    const kind = key.slice(0, key.startsWith('c.') ? 3 : 1)
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  return kinds
}

async function groupsWith(directory: Directory, member: ResourceId, count: number): Promise<ResourceId[]> {
  const groups: ResourceId[] = []
  for (let i = 0; i < count; i++) groups.push(await addGroup(directory, [member]))
  return groups
}

describe.each(STORES)('users on %s', (kind) => {
  it('have one row of each index, a count and two rows of activity', async () => {
    const directory = newDirectory(kind)

    await addUser(directory)

    const { 'c.u': counts, ...kinds } = await kindsOf(directory)
    // Search rows: the user name, which is the e-mail too, the display name and the family name.
    expect(kinds).toEqual({ u: 1, n: 1, w: 1, x: 1, e: 1, s: 3, a: 1, b: 1 })
    expect(counts).toBe(1)
    await expectConsistent(directory)
  })

  it('are found by what is indexed, in any case where case does not count', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const emails = [
      { type: 'work', value: 'Mira.Holt@x.example' },
      { type: 'home', value: 'mira@home.example' },
    ]
    const id = await addUser(directory, { userName: 'Mira@X.example', externalId: 'Mira-1', emails })

    expect(await findUserIdByName(store, tenant, 'mira@x.EXAMPLE')).toBe(id)
    expect(await findUserIdByLoginEmail(store, tenant, 'mira.holt@X.example')).toBe(id)
    expect(await findUserIdByLoginEmail(store, tenant, 'mira@home.example')).toBeUndefined()
    expect(await findUserIdsByEmail(store, tenant, 'MIRA@home.example')).toEqual([id])
    expect(await findUserIdsByExternalId(store, tenant, 'Mira-1')).toEqual([id])
    expect(await findUserIdsByExternalId(store, tenant, 'mira-1')).toEqual([])
  })

  it('leave every old value when they are renamed', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const before = entraUser()
    const id = idOf(await createUser(directory.context, before, 'directory'))

    await patchUser(
      directory.context,
      id,
      patchOp(
        { op: 'Replace', path: 'userName', value: 'nora@x.example' },
        { op: 'Replace', path: 'externalId', value: 'nora' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'nora@x.example' },
      ),
      projectUser(),
    )

    expect(await findUserIdByName(store, tenant, String(before['userName']))).toBeUndefined()
    expect(await findUserIdsByExternalId(store, tenant, String(before['externalId']))).toEqual([])
    expect(await findUserIdByLoginEmail(store, tenant, 'nora@x.example')).toBe(id)
    await expectConsistent(directory)
  })

  it('keep their rows when only the case of a name changes', async () => {
    const directory = newDirectory(kind)
    const id = await addUser(directory, { userName: 'mira@x.example' })
    const names = await rowsOf(directory, 'n.')

    await patchUser(directory.context, id, replaceOp('userName', 'Mira@X.example'), projectUser())

    expect(await rowsOf(directory, 'n.')).toEqual(names)
    expect((await findUser(directory.store, directory.tenant, id))?.index.userName).toBe('Mira@X.example')
    await expectConsistent(directory)
  })

  it('have no unique e-mail where the connector does not ask for one, and may share theirs', async () => {
    const directory = newDirectory(kind, { rules: { ...STRICT, uniqueEmail: false } })
    const { emails } = entraUser()
    await addUser(directory, { emails })

    await addUser(directory, { emails })

    expect(await keysOf(directory, 'w.')).toEqual([])
    expect(await keysOf(directory, 'e.')).toHaveLength(2)
    await expectConsistent(directory)
  })

  it('leave a tombstone with the resource and the groups, and nothing else', async () => {
    const directory = newDirectory(kind)
    const body = entraUser()
    const id = idOf(await createUser(directory.context, body, 'directory'))
    const groups = await groupsWith(directory, id, 2)
    const at = new Date('2026-03-01T12:00:00.000Z')

    await deleteUser({ ...directory.context, now: () => at }, id)

    const [tombstone] = await rowsOf(directory, 't.')
    expect(tombstone?.key).toBe(`t.${id}`)
    expect(tombstone?.values).toMatchObject({ at: at.toISOString(), un: body['userName'] })
    expect(JSON.parse(fromChunks('j', tombstone?.values ?? {}))).toMatchObject({
      userName: body['userName'],
      name: body['name'],
      emails: body['emails'],
    })
    expect(fromChunks('g', tombstone?.values ?? {}).split(' ')).toEqual(groups.toSorted())
    for (const prefix of ['u.', 'n.', 'w.', 'x.', 'e.', 's.', 'm.', 'r.'])
      expect(await keysOf(directory, prefix)).toEqual([])
    await expectConsistent(directory)
  })

  it('free their name and e-mail with the delete; who comes next gets a new id', async () => {
    const directory = newDirectory(kind)
    const body = entraUser()
    const id = idOf(await createUser(directory.context, body, 'directory'))
    await deleteUser(directory.context, id)

    const next = idOf(await createUser(directory.context, body, 'directory'))

    expect(next).not.toBe(id)
    expect(await outcomeOf(deleteUser(directory.context, id))).toBe('not_found')
    await expectConsistent(directory)
  })

  it.each([30, 31, 120])('are deleted together with their places in %i groups', async (count) => {
    const directory = newDirectory(kind)
    const id = await addUser(directory, {
      emails: Array.from({ length: 20 }, (_, i) => ({ type: 'work', value: `mira.${i}@x.example` })),
    })
    const groups = await groupsWith(directory, id, count)

    await deleteUser(directory.context, id)

    const [tombstone] = await rowsOf(directory, 't.')
    expect(fromChunks('g', tombstone?.values ?? {}).split(' ')).toEqual(groups.toSorted())
    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'r.')).toEqual([])
    await expectConsistent(directory)
  })

  it('keep all their groups in the tombstone when the delete has to be tried again', async () => {
    const directory = newDirectory(kind)
    const id = await addUser(directory)
    const groups = await groupsWith(directory, id, 40)
    let isChanged = false
    const changing: Store = {
      ...directory.store,
      table(account, name) {
        const table = directory.store.table(account, name)
        return {
          ...table,
          async batch(partition, writes) {
            // Between the groups that are left early and the delete itself.
            if (!isChanged && writes.some(({ key }) => key.startsWith('t.'))) {
              isChanged = true
              await patchUser(directory.context, id, replaceOp('title', 'Pilot'), projectUser())
            }
            return table.batch(partition, writes)
          },
        }
      },
    }

    await deleteUser({ ...directory.context, store: changing }, id)

    const [tombstone] = await rowsOf(directory, 't.')
    expect(
      fromChunks('g', tombstone?.values ?? {})
        .split(' ')
        .toSorted(),
    ).toEqual(groups.toSorted())
    await expectConsistent(directory)
  })
})
