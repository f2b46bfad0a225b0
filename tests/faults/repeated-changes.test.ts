import { describe, expect, it } from 'vitest'
import { patchGroup } from '../../shared/scim/groups.ts'
import { patchUser } from '../../shared/scim/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUsers,
  newDirectory,
  outcomesOf,
  projectUser,
  replaceOp,
  STORES,
} from '../support/directory-context.ts'

/* A client that has waited too long asks again while its first request is still under way. */

const SENT = [1, 2, 3]

describe.each(STORES)('a change that is sent three times at once, on %s,', (kind) => {
  it.each([
    ['user name', 'userName', (i: number) => `new.${i}@x.example`],
    ['login e-mail', 'emails[type eq "work"].value', (i: number) => `mail.${i}@x.example`],
  ] as const)('of a %s is not in its own way', async (_, path, value) => {
    const directory = newDirectory(kind, { delayMs: 10 })
    const users = await addUsers(directory, 20)

    const outcomes = await outcomesOf(
      users.flatMap((id, i) =>
        SENT.map(() => patchUser(directory.context, id, replaceOp(path, value(i)), projectUser())),
      ),
    )

    expect(outcomes).toEqual({ ok: 60 })
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })

  it.each([
    ['displayName', 'one of its own'],
    // One more is refused by the row of the old one; a first one has none.
    ['externalId', undefined],
  ] as const)('of a group’s %s is not in its own way', async (path, externalId) => {
    const directory = newDirectory(kind, { delayMs: 10 })
    const groups = await Promise.all(
      Array.from({ length: 20 }, () =>
        addGroup(directory, [], externalId === undefined ? { externalId } : {}),
      ),
    )

    const outcomes = await outcomesOf(
      groups.flatMap((id, i) =>
        SENT.map(() => patchGroup(directory.context, id, replaceOp(path, `new ${i}`))),
      ),
    )

    expect(outcomes).toEqual({ ok: 60 })
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })
})
