import { describe, expect, it } from 'vitest'
import { patchUser } from '../../shared/scim/users.ts'
import { findUserIdByLoginEmail } from '../../shared/storage/user-lookups.ts'
import { findUser } from '../../shared/storage/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addUser,
  newDirectory,
  outcomeOf,
  projectUser,
  replaceOp,
  STORES,
  STRICT,
} from '../support/directory-context.ts'

const SHARED = 'team@x.example'

describe.each(STORES)('of two users who shared an address before it had to be unique, on %s,', (kind) => {
  const scene = async () => {
    const directory = newDirectory(kind, { rules: { ...STRICT, uniqueEmail: false } })
    const emails = [{ type: 'work', value: SHARED }]
    const holder = await addUser(directory, { emails })
    const other = await addUser(directory, { emails })
    const context = { ...directory.context, rules: STRICT }
    const change = (id: string, path: string, value: unknown): Promise<string> =>
      outcomeOf(patchUser(context, id, replaceOp(path, value), projectUser()))
    // Whoever is written first gets the address.
    expect(await change(holder, 'title', 'Pilot')).toBe('ok')
    return { ...directory, holder, other, change }
  }

  it('the one without it can still be deactivated, and changed otherwise', async () => {
    const { store, tenant, holder, other, change } = await scene()

    expect(await change(other, 'active', 'False')).toBe('ok')
    expect(await change(other, 'displayName', 'Nora Quay')).toBe('ok')

    expect((await findUser(store, tenant, other))?.index.active).toBe(false)
    expect(await findUserIdByLoginEmail(store, tenant, SHARED)).toBe(holder)
    expect(await checkDirectory(store, tenant)).toEqual([])
  })

  it('the one without it can have an address of its own, and nobody then takes a taken one', async () => {
    const { store, tenant, holder, other, change } = await scene()
    const path = 'emails[type eq "work"].value'

    expect(await change(other, path, 'nora@x.example')).toBe('ok')
    expect(await change(other, path, SHARED)).toBe('not_unique')

    expect(await findUserIdByLoginEmail(store, tenant, 'nora@x.example')).toBe(other)
    expect(await findUserIdByLoginEmail(store, tenant, SHARED)).toBe(holder)
    expect(await checkDirectory(store, tenant)).toEqual([])
  })
})
