import { describe, expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { createGroup, deleteGroup, patchGroup } from '../../shared/scim/groups.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  keysOf,
  newDirectory,
  outcomeOf,
  outcomesOf,
  projectGroup,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { entraGroup, patchOp } from '../support/gatehouse.ts'

/*
 * A display name is shared by groups that all have an externalId, or owned by one that has none. Whatever races, the
 * groups of a name and its guard row must agree, and nobody may be refused a name that is free.
 */

const DELAYS = { delayMs: 15 }

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

/** A group without an externalId owns its name. */
const owner = (displayName: string): Record<string, unknown> =>
  entraGroup({ displayName, externalId: undefined })
const sharer = (displayName: string): Record<string, unknown> => entraGroup({ displayName })

const sharing = (isShared: boolean): object => (isShared ? {} : { externalId: undefined })

function create({ context }: Directory, body: Record<string, unknown>): Promise<unknown> {
  return createGroup(context, body, projectGroup())
}

function rename({ context }: Directory, group: ResourceId, displayName: string): Promise<void> {
  return patchGroup(context, group, replaceOp('displayName', displayName))
}

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

describe.each(STORES)('groups that race on %s', (kind) => {
  it('lets one of 20 groups without an externalId have a name', async () => {
    const directory = newDirectory(kind, DELAYS)

    const outcomes = await outcomesOf(
      times(20, (i) => create(directory, owner(i % 2 ? 'Harbour crew' : 'HARBOUR CREW'))),
    )

    expect(outcomes).toEqual({ ok: 1, not_unique: 19 })
    await expectConsistent(directory)
  })

  it('lets 8 groups with externalIds share a name', async () => {
    const directory = newDirectory(kind, DELAYS)

    const outcomes = await outcomesOf(times(8, () => create(directory, sharer('Harbour crew'))))

    expect(outcomes).toEqual({ ok: 8 })
    await expectConsistent(directory)
  })

  it('lets one of 20 groups have an externalId', async () => {
    const directory = newDirectory(kind, DELAYS)
    const externalId = crypto.randomUUID()

    const outcomes = await outcomesOf(times(20, () => create(directory, entraGroup({ externalId }))))

    expect(outcomes).toEqual({ ok: 1, not_unique: 19 })
    await expectConsistent(directory)
  })

  it('never lets a group that owns a name meet one that shares it', async () => {
    const directory = newDirectory(kind, DELAYS)

    const rounds = await Promise.all(
      times(15, (round) =>
        outcomesOf([
          create(directory, owner(`Crew ${round}`)),
          create(directory, sharer(`Crew ${round}`)),
          create(directory, sharer(`Crew ${round}`)),
        ]),
      ),
    )

    for (const outcomes of rounds)
      expect([
        { ok: 1, not_unique: 2 },
        { ok: 2, not_unique: 1 },
      ]).toContainEqual(outcomes)
    await expectConsistent(directory)
  })

  it('lets one of two groups have the name that both want', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async (round) => {
      const pair = await Promise.all(
        times(2, (i) => addGroup(directory, [], { displayName: `Own ${round}.${i}`, externalId: undefined })),
      )
      return outcomesOf(pair.map((group) => rename(directory, group, `Wanted ${round}`)))
    })

    for (const outcomes of await Promise.all(rounds)) expect(outcomes).toEqual({ ok: 1, not_unique: 1 })
    await expectConsistent(directory)
  })

  it('lets groups pass a name on: the one that comes gets it, or is told that it is taken', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(20, async (round) => {
      const [mine, next] = [`Mine ${round}`, `Next ${round}`]
      // Every combination of owning and sharing.
      const leaving = await addGroup(directory, [], { displayName: mine, ...sharing(round % 2 === 0) })
      const coming = await addGroup(directory, [], { displayName: next, ...sharing(round % 4 < 2) })
      return Promise.all([
        outcomeOf(rename(directory, leaving, `Gone ${round}`)),
        outcomeOf(rename(directory, coming, mine)),
      ])
    })

    for (const [left, came] of await Promise.all(rounds)) {
      expect(left).toBe('ok')
      expect(['ok', 'not_unique']).toContain(came)
    }
    await expectConsistent(directory)
  })

  it('lets two groups try to swap their names', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async (round) => {
      const names = [`Left ${round}`, `Right ${round}`] as const
      const [left, right] = await Promise.all([
        addGroup(directory, [], { displayName: names[0] }),
        addGroup(directory, [], { displayName: names[1], externalId: undefined }),
      ])
      await outcomesOf([
        rename(directory, left, names[1]),
        rename(directory, right, names[0]),
        rename(directory, left, `Free ${round}`),
      ])
    })

    await Promise.all(rounds)

    expect(await keysOf(directory, 'g.')).toHaveLength(20)
    await expectConsistent(directory)
  })

  it('gives or takes the externalId of a group while another one joins its name', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(20, async (round) => {
      const displayName = `Turning ${round}`
      const starts = round % 2 ? {} : { externalId: undefined }
      const group = await addGroup(directory, [], { displayName, ...starts })
      const turn = round % 2 ? { op: 'Remove' } : { op: 'Add', value: crypto.randomUUID() }
      return outcomesOf([
        patchGroup(directory.context, group, patchOp({ ...turn, path: 'externalId' })),
        create(directory, round % 4 < 2 ? sharer(displayName) : owner(displayName)),
      ])
    })

    for (const { ok = 0, not_unique = 0 } of await Promise.all(rounds)) {
      expect(ok + not_unique).toBe(2)
      expect(ok).toBeGreaterThanOrEqual(1)
    }
    await expectConsistent(directory)
  })

  it('frees a name when its group is deleted while others want it', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(15, async (round) => {
      const displayName = `Going ${round}`
      const group = await addGroup(directory, [], {
        displayName,
        ...(round % 2 ? {} : { externalId: undefined }),
      })
      return Promise.all([
        outcomeOf(deleteGroup(directory.context, group)),
        outcomeOf(create(directory, owner(displayName))),
        outcomeOf(create(directory, owner(displayName))),
      ])
    })

    for (const [gone, ...created] of await Promise.all(rounds)) {
      expect(gone).toBe('ok')
      expect(created.filter((outcome) => outcome === 'ok').length).toBeLessThanOrEqual(1)
    }
    // Whoever won or lost: a name without a group can be had.
    await outcomesOf(times(15, (round) => create(directory, owner(`Going ${round}`))))
    expect(await keysOf(directory, 'g.')).toHaveLength(15)
    await expectConsistent(directory)
  })

  it('keeps a rename and the members that come at the same time', async () => {
    const directory = newDirectory(kind, DELAYS)
    const members = await Promise.all(times(6, () => addGroup(directory)))
    const group = await addGroup(directory)

    const outcomes = await outcomesOf([
      rename(directory, group, 'Renamed crew'),
      ...members.map((value) =>
        patchGroup(
          directory.context,
          group,
          patchOp({ op: 'Add', path: 'members', value: [{ value, type: 'Group' }] }),
        ),
      ),
    ])

    expect(outcomes).toEqual({ ok: 7 })
    expect(await keysOf(directory, `m.${group}.`)).toHaveLength(6)
    await expectConsistent(directory)
  })
})
