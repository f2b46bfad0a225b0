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
    title: /“(.+)”/.exec(test)?.[1]?.replaceAll('\u0000', '|'),
    result: result.trim(),
  }))

describe('docs/conformance.md', () => {
  it('is read: the test below is not green on nothing', () => {
    expect(rows.length).toBeGreaterThan(60)
  })

  it.each(rows)('names a test that is there for $row', ({ file, title, result }) => {
    expect(existsSync(join(root, file))).toBe(true)
    expect(readFileSync(join(root, file), 'utf8')).toContain(title ?? 'describe')
    expect(result).toMatch(/^(held|deviation: )/)
  })
})
