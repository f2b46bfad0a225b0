import { describe, expect, it } from 'vitest'
import { verifyRows } from '../../shared/storage/consistency.ts'
import { addUsers, newDirectory, rowsOf } from '../support/directory-context.ts'

describe('a verification of more rows than one read brings', () => {
  it('looks at every row up to the last one', async () => {
    const directory = newDirectory('memory')
    const { store, tenant } = directory
    await addUsers(directory, 60)
    const orphans = [
      `e.${'0'.repeat(32)}.${crypto.randomUUID()}`,
      `x.${'f'.repeat(32)}.${crypto.randomUUID()}`,
    ]
    await store.table(tenant.account, 'directory').batch(
      tenant.connector,
      orphans.map((key) => ({ kind: 'insert', key, values: {} })),
    )
    const rows = (await rowsOf(directory)).filter(({ key }) => key >= 'd.' && key <= 'y.~')

    const verified = await verifyRows(store, tenant, {
      from: undefined,
      repair: false,
      until: Number.MAX_SAFE_INTEGER,
    })

    expect(rows.length).toBeGreaterThan(400)
    expect(verified.checked).toBe(rows.length)
    expect(verified.findings.map(({ row }) => row)).toEqual(orphans)
  })
})
