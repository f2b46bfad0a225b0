import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const rows = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| *([\d.]+) *\|(.*)\|(.*)\|(.*)\|$/.exec(line.replaceAll('\\|', '\u0000')))
  .filter((match) => match !== null)
  .map(([, section = '', requirement = '', test = '', result = '']) => ({
    row: `§${section} ${requirement.trim()}`,
    file: /`([^`]+)`/.exec(test)?.[1] ?? '',
    title: /“(.+)”/.exec(test)?.[1]?.replaceAll('\u0000', '|') ?? '',
    result: result.trim(),
  }))

/** The whole title of a test, of a group of tests, or of one row of a table of tests: never a part of one. */
function isTitleIn(text: string, title: string): boolean {
  return [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``].some((literal) =>
    text.includes(literal),
  )
}

describe('docs/conformance.md', () => {
  it('is read: the test below is not green on nothing', () => {
    expect(rows.length).toBeGreaterThan(150)
  })

  it.each(rows)('names a test that is there for $row', ({ file, title, result }) => {
    expect(file).toMatch(/\.test\.ts$/)
    expect(existsSync(join(root, file))).toBe(true)
    const isThere = isTitleIn(readFileSync(join(root, file), 'utf8'), title)
    expect([title, isThere]).toEqual([title, true])
    expect(result).toMatch(/^(held|deviation: \S+ \S+)/)
  })

  it('counts its rows', () => {
    const deviations = rows.filter(({ result }) => result.startsWith('deviation'))
    const text = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
    expect(text).toContain(`${rows.length} rows, ${deviations.length} of them deliberate deviations`)
  })
})
