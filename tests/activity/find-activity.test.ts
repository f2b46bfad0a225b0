import { describe, expect, it } from 'vitest'
import { kindOf, resultOf } from '../../shared/activity/activity-kind.ts'
import { findActivity, type ActivityQuery, type FoundActivity } from '../../shared/activity/find-activity.ts'
import type { Directory } from '../support/directory-context.ts'
import { ago, DAY, MINUTE, newLog, write } from './fixtures.ts'

async function pagesOf(
  { store, tenant }: Directory,
  query: Omit<ActivityQuery, 'before'>,
): Promise<readonly FoundActivity[]> {
  const pages: FoundActivity[] = []
  let before: string | undefined
  do {
    const page = await findActivity(store, tenant, { ...query, before })
    pages.push(page)
    before = page.next
  } while (before !== undefined && pages.length < 50)
  return pages
}

describe('lines of the activity', () => {
  it.each([
    ['user.create', 'people'],
    ['user.deactivate', 'people'],
    ['user.freeEmail', 'people'],
    ['user.signIn', 'sign-in'],
    ['user.signOutEverywhere', 'sign-in'],
    ['user.unlink', 'sign-in'],
    ['token.refuse', 'sign-in'],
    ['group.members', 'groups'],
    ['connector.secret.create', 'setup'],
    ['setup.link.use', 'setup'],
    ['scim.get', 'other'],
  ])('of %s are about %s', (operation, kind) => {
    expect(kindOf({ operation })).toBe(kind)
  })

  it.each([
    [200, 'succeeded'],
    [302, 'succeeded'],
    [400, 'failed'],
    [503, 'failed'],
  ])('of status %i %s', (status, result) => {
    expect(resultOf({ status })).toBe(result)
  })
})

describe('looking through the activity', () => {
  it('shows each line of the period once, newest first', async () => {
    const log = newLog()
    await write(
      log,
      Array.from({ length: 25 }, (_, i) => [ago(i * MINUTE), { note: `line ${i}` }]),
    )
    const pages = await pagesOf(log, { since: ago(20 * MINUTE), count: 10 })

    const notes = pages.flatMap(({ items }) => items.map(({ note }) => note))
    expect(notes).toEqual(Array.from({ length: 21 }, (_, i) => `line ${i}`))
  })

  it.each([
    [{ kind: 'groups' }, 30],
    [{ result: 'failed' }, 20],
    [{ kind: 'people', result: 'failed' }, 20],
    [{ kind: 'setup' }, 0],
  ] as const)('finds %j', async (query, count) => {
    const log = newLog()
    await write(
      log,
      Array.from({ length: 60 }, (_, i) => [
        ago(i * MINUTE),
        i % 2 === 0 ? { operation: 'group.update' } : { status: i % 3 === 0 ? 200 : 409 },
      ]),
    )
    const pages = await pagesOf(log, { since: ago(DAY), count: 7, ...query })

    const cursors = pages.flatMap(({ items }) => items.map(({ cursor }) => cursor))
    expect(cursors).toHaveLength(count)
    expect(new Set(cursors).size).toBe(count)
  })

  it('stops after 2,000 lines, says up to when it has searched, and goes on from there', async () => {
    const log = newLog()
    await write(log, [[ago(DAY), { operation: 'connector.update' }]])
    await write(
      log,
      Array.from({ length: 4_500 }, (_, i) => [ago(i * 1_000), {}]),
    )
    const pages = await pagesOf(log, { since: ago(2 * DAY), kind: 'setup', count: 10 })

    expect(pages.map(({ items }) => items.length)).toEqual([0, 0, 1])
    expect(pages.map(({ searchedTo }) => searchedTo)).toEqual([
      ago(1_999_000).toISOString(),
      ago(3_999_000).toISOString(),
      undefined,
    ])
  })

  it('begins at the newest line where a cursor is none of ours', async () => {
    const log = newLog()
    await write(log, [[ago(0), {}]])
    const query = { since: ago(DAY), count: 5, before: 'b.x' }

    expect((await findActivity(log.store, log.tenant, query)).items).toHaveLength(1)
  })
})
