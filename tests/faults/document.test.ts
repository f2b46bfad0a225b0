import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const rows = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (.+?) *\| `([^`]+)` “(.+)” *\|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, promise = '', file = '', title = '']) => ({ promise, file, title }))

describe('docs/reliability.md', () => {
  it('is read: the test below is not green on nothing', () => {
    expect(rows.length).toBeGreaterThan(20)
  })

  it.each(rows)('names a test that is there for: $promise', ({ file, title }) => {
    expect(file).toMatch(/\.test\.ts$/)
    expect(existsSync(join(root, file))).toBe(true)
    expect(readFileSync(join(root, file), 'utf8')).toContain(`'${title}'`)
  })

  it('says when and by which command its figures were measured', () => {
    const text = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
    expect(text).toMatch(/`npm run faults[^`]*` and `npm run soak[^`]*`, \d{4}-\d\d-\d\d/)
  })
})
