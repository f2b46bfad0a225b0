import { describe, expect, it } from 'vitest'
import { deleteGroup, patchGroup } from '../../shared/scim/groups.ts'
import { patchUser } from '../../shared/scim/users.ts'
import { findUserIdsByPrefix } from '../../shared/storage/user-lookups.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  keysOf,
  newDirectory,
  projectUser,
  replaceOp,
  STORES,
} from '../support/directory-context.ts'

describe.each(STORES)('a change of a name alone, on %s,', (kind) => {
  it.each([
    ['displayName', { displayName: 'Oldham Mira' }, 'Newton Mira'],
    ['name.familyName', { name: { givenName: 'Mira', familyName: 'Oldham' } }, 'Newton'],
  ])('%s, lets the user be searched by the new one and no longer by the old one', async (path, old, name) => {
    const directory = newDirectory(kind)
    const { context, store, tenant } = directory
    const id = await addUser(directory, old)
    expect(await findUserIdsByPrefix(store, tenant, 'oldham')).toEqual([id])

    await patchUser(context, id, replaceOp(path, name), projectUser())

    expect(await findUserIdsByPrefix(store, tenant, 'newton')).toEqual([id])
    expect(await findUserIdsByPrefix(store, tenant, 'oldham')).toEqual([])
    expect(await checkDirectory(store, tenant)).toEqual([])
  })

  it('of a group that owns its name, leaves no row of the old one, and a delete none of the new one', async () => {
    const directory = newDirectory(kind)
    const { context, store, tenant } = directory
    const group = await addGroup(directory, [], { displayName: 'Harbour crew', externalId: undefined })
    const [guard] = await keysOf(directory, 'd.')

    await patchGroup(context, group, replaceOp('displayName', 'Quay crew'))

    const renamed = await keysOf(directory, 'd.')
    expect(renamed).toHaveLength(2)
    expect(renamed).not.toContain(guard)
    expect(await checkDirectory(store, tenant)).toEqual([])

    await deleteGroup(context, group)

    expect(await keysOf(directory, 'd.')).toEqual([])
  })
})
