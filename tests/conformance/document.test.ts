import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const document = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
const rows = document
  .split('\n')
  .map((line) => /^\| *([\d.]+) *\|(.*)\|(.*)\|(.*)\|$/.exec(line.replaceAll('\\|', '\u0000')))
  .filter((match) => match !== null)
  .map(([, section = '', requirement = '', test = '', result = '']) => ({
    row: `§${section} ${requirement.trim()}`,
    file: /`([^`]+)`/.exec(test)?.[1] ?? '',
    title: /“(.+)”/.exec(test)?.[1]?.replaceAll('\u0000', '|') ?? '',
    result: result.trim(),
  }))

/** The rows `case | test | result` of the chapters about OpenID Connect. */
const cases = document
  .slice(document.indexOf('## OpenID Connect'))
  .split('\n')
  .map((line) => /^\| *([^|]+?) *\| *`([^`|]+\.test\.ts)` “([^|]+)” *\| *([^|]+?) *\|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, name = '', file = '', title = '', result = '']) => ({
    name: name.replaceAll('`', ''),
    file,
    title,
    result,
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
    expect(document).toContain(`${rows.length} rows, ${deviations.length} of them deliberate deviations`)
  })

  it('has the cases of OpenID Connect: the test below is not green on nothing', () => {
    expect(cases.length).toBeGreaterThan(90)
  })

  it.each(cases)('names a test that is there for the case $name', ({ file, title, result }) => {
    expect(existsSync(join(root, file))).toBe(true)
    const isThere = isTitleIn(readFileSync(join(root, file), 'utf8'), title)
    expect([title, isThere]).toEqual([title, true])
    expect(result).toMatch(/^(held|deviation: \S+ \S+)/)
  })

  it('leaves out no case that is tested under the name that the OpenID Foundation gave it', () => {
    const text = readFileSync(join(root, 'tests/oidc/conformance.test.ts'), 'utf8')
    const tested = [...text.matchAll(/'((?:oidcc|fapi)[\w-]+)'/g)].map(([, name]) => name)
    const named = new Set(cases.map(({ name }) => name))

    expect(tested.length).toBeGreaterThan(40)
    expect(tested.filter((name) => !named.has(name ?? ''))).toEqual([])
  })
})
