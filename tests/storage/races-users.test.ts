import { describe, expect, it } from 'vitest'
import { createUser, deleteUser, getUser, patchUser } from '../../shared/scim/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addUser,
  addUsers,
  keysOf,
  newDirectory,
  outcomeOf,
  outcomesOf,
  projectUser,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser, patchOp } from '../support/gatehouse.ts'

const DELAYS = { delayMs: 15 }

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

function patch({ context }: Directory, id: string, path: string, value: unknown): Promise<unknown> {
  return patchUser(context, id, replaceOp(path, value), projectUser())
}

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

describe.each(STORES)('users that race on %s', (kind) => {
  it('lets one of 50 creates of one name in two casings win', async () => {
    const directory = newDirectory(kind, DELAYS)
    const userNames = ['race@fjordworks.example', 'RACE@Fjordworks.example']
    const bodies = times(50, (i) => entraUser({ userName: userNames[i % 2] }))

    const outcomes = await outcomesOf(bodies.map((body) => createUser(directory.context, body, 'directory')))

    expect(outcomes).toEqual({ ok: 1, not_unique: 49 })
    expect(await keysOf(directory, 'u.')).toHaveLength(1)
    expect(await keysOf(directory, 'a.')).toHaveLength(1)
    await expectConsistent(directory)
  })

  it('takes 50 creates of different names', async () => {
    const directory = newDirectory(kind, DELAYS)

    await addUsers(directory, 50)

    expect(await keysOf(directory, 'u.')).toHaveLength(50)
    await expectConsistent(directory)
  })

  it('lets one of 20 creates with one login e-mail win', async () => {
    const directory = newDirectory(kind, DELAYS)
    const bodies = times(20, (i) =>
      entraUser({ emails: [{ type: 'work', value: i % 2 ? 'crew@x.example' : 'Crew@X.example' }] }),
    )

    const outcomes = await outcomesOf(bodies.map((body) => createUser(directory.context, body, 'directory')))

    expect(outcomes).toEqual({ ok: 1, not_unique: 19 })
    await expectConsistent(directory)
  })

  it('keeps all of 12 parallel changes of different attributes', async () => {
    const directory = newDirectory(kind, DELAYS)
    const id = await addUser(directory)
    const changes: readonly (readonly [string, string])[] = [
      ['title', 'Pilot'],
      ['displayName', 'Mira H.'],
      ['nickName', 'Mi'],
      ['userType', 'Employee'],
      ['locale', 'nb-NO'],
      ['timezone', 'Europe/Oslo'],
      ['profileUrl', 'https://x.example/mira'],
      ['preferredLanguage', 'en-GB'],
      ['externalId', 'mira-2'],
      ['name.givenName', 'Mirabel'],
      ['name.familyName', 'Holte'],
      ['name.formatted', 'Mirabel Holte'],
    ]

    const outcomes = await outcomesOf(changes.map(([path, value]) => patch(directory, id, path, value)))

    const user = await getUser(directory.context, id, projectUser())
    expect(outcomes).toEqual({ ok: changes.length })
    expect(user).toMatchObject(
      Object.fromEntries(changes.filter(([path]) => !path.includes('.')).map((change) => [...change])),
    )
    expect(user['name']).toEqual({
      givenName: 'Mirabel',
      familyName: 'Holte',
      formatted: 'Mirabel Holte',
    })
    expect(await keysOf(directory, `b.${id}.`)).toHaveLength(1 + changes.length)
    await expectConsistent(directory)
  })

  it('lets one of two users have the name that both want', async () => {
    const directory = newDirectory(kind, DELAYS)
    const pairs = await Promise.all(times(10, () => addUsers(directory, 2)))

    for (const [i, pair] of pairs.entries()) {
      const renames = pair.map((id) => patch(directory, id, 'userName', `wanted.${i}@x.example`))
      expect(await outcomesOf(renames)).toEqual({ ok: 1, not_unique: 1 })
    }

    await expectConsistent(directory)
  })

  it('lets two users swap their names or stay as they are, and never share one', async () => {
    const directory = newDirectory(kind, DELAYS)
    const swaps = times(10, async (i) => {
      const names = [`left.${i}@x.example`, `right.${i}@x.example`]
      const [left = '', right = ''] = await Promise.all(
        names.map((userName) => addUser(directory, { userName })),
      )
      const free = patch(directory, left, 'userName', `free.${i}@x.example`)
      await Promise.all([
        outcomeOf(free),
        outcomeOf(patch(directory, right, 'userName', names[0])),
        outcomeOf(patch(directory, left, 'userName', names[1])),
      ])
    })

    await Promise.all(swaps)

    expect(await keysOf(directory, 'n.')).toHaveLength(20)
    await expectConsistent(directory)
  })

  it('leaves no row of a name behind when a rename meets a delete', async () => {
    const directory = newDirectory(kind, DELAYS)
    const ids = await addUsers(directory, 40)

    const outcomes = await outcomesOf(
      ids.flatMap((id, i) => [
        deleteUser(directory.context, id),
        patch(directory, id, 'userName', `late.${i}@x.example`),
      ]),
    )

    // A rename that comes too late finds nobody; a delete always gets through.
    expect((outcomes.ok ?? 0) + (outcomes.not_found ?? 0)).toBe(80)
    expect(outcomes.ok).toBeGreaterThanOrEqual(40)
    expect(await keysOf(directory, 'u.')).toEqual([])
    expect(await keysOf(directory, 'n.')).toEqual([])
    expect(await keysOf(directory, 's.')).toEqual([])
    expect(await keysOf(directory, 't.')).toHaveLength(40)
    await expectConsistent(directory)
  })

  it('deletes a user once, however many ask', async () => {
    const directory = newDirectory(kind, DELAYS)
    const id = await addUser(directory)

    const outcomes = await outcomesOf(times(10, () => deleteUser(directory.context, id)))

    expect(outcomes).toEqual({ ok: 1, not_found: 9 })
    await expectConsistent(directory)
  })

  it('frees the name at once: a delete and a create that wants it never both lose', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(20, async (i) => {
      const userName = `again.${i}@x.example`
      const id = await addUser(directory, { userName })
      const [gone, created] = await Promise.all([
        outcomeOf(deleteUser(directory.context, id)),
        outcomeOf(createUser(directory.context, entraUser({ userName }), 'directory')),
      ])
      return [gone, created]
    })

    for (const [gone, created] of await Promise.all(rounds)) {
      expect(gone).toBe('ok')
      expect(['ok', 'not_unique']).toContain(created)
    }
    await expectConsistent(directory)
  })

  it('moves a login e-mail from one user to another without ever losing its row', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async (i) => {
      const mail = (name: string): unknown => [{ type: 'work', value: `${name}.${i}@x.example` }]
      const [left, right] = await Promise.all([
        addUser(directory, { emails: mail('left') }),
        addUser(directory, { emails: mail('right') }),
      ])
      const emails = (id: string, value: unknown): Promise<unknown> =>
        outcomeOf(
          patchUser(directory.context, id, patchOp({ op: 'Replace', path: 'emails', value }), projectUser()),
        )
      await Promise.all([
        emails(left, mail('new')),
        emails(right, mail('left')),
        emails(right, mail('new')),
        emails(left, mail('right')),
      ])
    })

    await Promise.all(rounds)

    expect(await keysOf(directory, 'w.')).toHaveLength(20)
    await expectConsistent(directory)
  })
})
