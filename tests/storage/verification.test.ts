import { describe, expect, it } from 'vitest'
import { verifyRows } from '../../shared/storage/consistency.ts'
import type { Row, Write } from '../../shared/storage/table.ts'
import { addGroup, addUsers, newDirectory, rowsOf, type Directory } from '../support/directory-context.ts'
import { checkDirectory } from '../support/directory.ts'

const NEVER_LATE = Number.MAX_SAFE_INTEGER

function verify({ store, tenant }: Directory, repair: boolean) {
  return verifyRows(store, tenant, { from: undefined, repair, until: NEVER_LATE })
}

/** Three users, two of them in a group. */
async function newFilledDirectory(): Promise<Directory> {
  const directory = newDirectory('memory')
  const users = await addUsers(directory, 3)
  await addGroup(directory, users.slice(0, 2))
  return directory
}

async function firstRow(directory: Directory, prefix: string): Promise<Row> {
  const [row] = await rowsOf(directory, prefix)
  if (row === undefined) throw new Error(`there is no row ${prefix}`)
  return row
}

async function write({ store, tenant }: Directory, change: Write): Promise<void> {
  await store.table(tenant.account, 'directory').batch(tenant.connector, [change])
}

describe('a verification', () => {
  it('finds nothing where all is well, in one slice or in many', async () => {
    const directory = await newFilledDirectory()
    const { store, tenant } = directory

    const whole = await verify(directory, false)
    const late = await verifyRows(store, tenant, { from: undefined, repair: false, until: 0 })

    expect(whole).toMatchObject({ findings: [], next: undefined })
    expect(whole.checked).toBeGreaterThan(20)
    expect(late).toMatchObject({ checked: 0, next: 'd.' })
  })

  it.each(['n.', 'w.', 'x.', 'e.', 's.', 'y.', 'r.'])(
    'finds a %s row that is missing, and mends it',
    async (prefix) => {
      const directory = await newFilledDirectory()
      const { key } = await firstRow(directory, prefix)
      await write(directory, { kind: 'delete', key })

      const found = await verify(directory, false)
      const mended = await verify(directory, true)
      const again = await verify(directory, false)

      expect(found.findings).toMatchObject([{ problem: 'missing', repaired: false }])
      expect(mended.findings).toMatchObject([{ problem: 'missing', repaired: true }])
      expect(again.findings).toEqual([])
      expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
    },
  )

  it.each([
    ['n.00000000000000000000000000000000', { id: crypto.randomUUID() }],
    [`e.00000000000000000000000000000000.${crypto.randomUUID()}`, {}],
    [`m.${crypto.randomUUID()}.${crypto.randomUUID()}`, {}],
    [`r.${crypto.randomUUID()}.${crypto.randomUUID()}`, {}],
    ['y.00000000000000000000000000000000', { id: crypto.randomUUID() }],
  ])('finds that %s has no owner, and takes it away', async (key, values) => {
    const directory = await newFilledDirectory()
    await write(directory, { kind: 'insert', key, values })

    const found = await verify(directory, false)
    await verify(directory, true)

    expect(found.findings).toEqual([{ row: key, problem: 'orphan', repaired: false }])
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })

  it('tells of a search row only whose it is: its key holds letters of a name', async () => {
    const directory = await newFilledDirectory()
    const { key } = await firstRow(directory, 's.')
    await write(directory, { kind: 'delete', key })

    const { findings } = await verify(directory, false)

    expect(findings.map(({ row }) => row)).toEqual([`s.….${key.slice(-36)}`])
  })
})
