import { beforeAll, describe, expect, it } from 'vitest'
import { randomText } from '../../shared/kernel/ids.ts'
import { deleteUser } from '../../shared/scim/users.ts'
import type { Row, Values, Write } from '../../shared/storage/table.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  addUsers,
  newDirectory,
  rowsOf,
  type Directory,
} from '../support/directory-context.ts'

/* The check that ends every race test is only worth something if it sees what went wrong. */

async function newPopulated(): Promise<Directory> {
  const directory = newDirectory('memory')
  const members = await addUsers(directory, 2)
  await addGroup(directory, members)
  await addGroup(directory, [], { externalId: undefined })
  await deleteUser(directory.context, await addUser(directory))
  return directory
}

async function find(directory: Directory, prefix: string): Promise<Row> {
  const [row] = await rowsOf(directory, prefix)
  if (row === undefined) throw new Error(`no row ${prefix}`)
  return row
}

async function write({ store, tenant }: Directory, ...writes: readonly Write[]): Promise<void> {
  const { refusal } = await store.table(tenant.account, 'directory').batch(tenant.connector, writes)
  expect(refusal).toBeUndefined()
}

const violationsIn = ({ store, tenant }: Directory): Promise<readonly string[]> =>
  checkDirectory(store, tenant)

/** One create in 64 folds the counters at once and leaves no row of its own: then another directory has it. */
async function newPopulatedWith(prefix: string): Promise<Directory> {
  const directory = await newPopulated()
  const rows = await rowsOf(directory, prefix)
  return rows.length > 0 ? directory : newPopulatedWith(prefix)
}

describe('the check of a directory', () => {
  let directory: Directory

  beforeAll(async () => {
    directory = await newPopulated()
  })

  it('finds nothing where nothing is wrong', async () => {
    expect(await violationsIn(directory)).toEqual([])
  })

  it.each(['u.', 'n.', 'w.', 'x.', 'e.', 's.', 'g.', 'y.', 'd.', 'm.', 'r.', 'c.u.', 'c.g.'])(
    'finds that a row %s is missing',
    async (prefix) => {
      const own = await newPopulatedWith(prefix)
      const { key } = await find(own, prefix)
      await write(own, { kind: 'delete', key })

      expect(await violationsIn(own)).not.toEqual([])
    },
  )

  const hash = '0'.repeat(32)
  const id = '01234567-89ab-4cde-8f01-23456789abcd'
  const other = '11111111-89ab-4cde-8f01-23456789abcd'

  it.each<[string, Values]>([
    [`n.${hash}`, { id }],
    [`w.${hash}`, { id }],
    [`x.${hash}.${id}`, {}],
    [`e.${hash}.${id}`, {}],
    [`s.6d.${id}`, {}],
    [`y.${hash}`, { id }],
    [`d.${hash}`, { mode: 'owned' }],
    [`d.${hash}.${id}`, {}],
    [`m.${id}.${other}`, {}],
    [`r.${id}.${other}`, {}],
    [`c.u.012${randomText(10)}`, { d: 1 }],
    ['c.g.zz', { d: 0 }],
    ['a.1', {}],
    [`b.${id}.1234567890123.abcdefgh`, {}],
    [`t.${id}`, {}],
    ['q.1', {}],
  ])('finds the row %s, which nothing explains', async (key, values) => {
    const own = await newPopulated()
    await write(own, { kind: 'insert', key, values })

    expect(await violationsIn(own)).not.toEqual([])
  })

  it.each<[string, string, Values]>([
    ['a name that points to somebody else', 'n.', { id }],
    ['a member that does not know of its group', 'u.', { mv: false }],
    ['a group that does not know of its members', 'g.', { hm: false }],
    ['a guard with the wrong mode', 'd.', { mode: 'other' }],
  ])('finds %s', async (_, prefix, values) => {
    const own = await newPopulated()
    const rows = await rowsOf(own, prefix)
    for (const { key } of rows.filter((row) => prefix !== 'd.' || row.values['mode'] !== undefined))
      await write(own, { kind: 'merge', key, values })

    expect(await violationsIn(own)).not.toEqual([])
  })

  it('takes a shared guard without groups, and rows that a sweep will take', async () => {
    const own = await newPopulated()
    const { key } = await find(own, 'u.')
    await write(
      own,
      { kind: 'insert', key: `d.${hash}`, values: { mode: 'shared' } },
      { kind: 'insert', key: `z.g.${id}`, values: {} },
      { kind: 'insert', key: `m.${id}.${key.slice(2)}`, values: {} },
      { kind: 'insert', key: `r.${key.slice(2)}.${id}`, values: {} },
    )

    expect(await violationsIn(own)).toEqual([])
  })
})
