import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutate, parseMutant, readMutants } from './patches.ts'

const PROJECT = join(import.meta.dirname, '../..')
const mutants = readMutants()

const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8')

function gone(): string {
  throw new Error('ENOENT')
}

describe('the mutants', () => {
  it('are there, each with a number of its own', () => {
    const numbers = mutants.map(({ name }) => /^\d{2,3}(?=-)/.exec(name)?.[0])

    expect(mutants.length).toBeGreaterThanOrEqual(24)
    expect(new Set(numbers).size).toBe(mutants.length)
  })

  it.each(mutants)('$name still applies, to code of the product and to one place only', (mutant) => {
    expect(mutate(mutant, read)).toBeInstanceOf(Map)
    expect(mutant.hunks.filter(({ file }) => !/^(shared|functions)\//.test(file))).toEqual([])
  })

  it.each(mutants)('$name says whom it hurts, and names tests that are there', ({ says, tests }) => {
    expect(says).toMatch(/^.{20,}: .{20,}[.]$/)
    expect(tests).not.toEqual([])
    expect(tests.filter((file) => !file.endsWith('.test.ts') || !existsSync(join(PROJECT, file)))).toEqual([])
  })

  it('stand in the README, each with the test that caught it', () => {
    const rows = read('tests/mutants/README.md').matchAll(/^\| (\d{2,3}-[\w-]+) +\| (tests\/\S+)/gm)
    const listed = new Map(Array.from(rows, ([, name = '', file = '']) => [name, file.replace(/:$/, '')]))

    expect([...listed.keys()]).toEqual(mutants.map(({ name }) => name))
    expect(mutants.filter(({ name, tests }) => !tests.includes(listed.get(name) ?? ''))).toEqual([])
  })
})

describe('a patch', () => {
  const mutant = parseMutant(
    '01-example',
    [
      '# Takes two for one: nobody is helped.',
      '# Caught by: tests/a.test.ts tests/b.test.ts',
      '--- a/shared/x.ts',
      '+++ b/shared/x.ts',
      '@@ -1,3 +1,3 @@',
      ' before',
      '-one',
      '+two',
      ' after',
      '',
    ].join('\n'),
  )

  it('is read with what it says and its tests', () => {
    expect(mutant).toMatchObject({
      says: 'Takes two for one: nobody is helped.',
      tests: ['tests/a.test.ts', 'tests/b.test.ts'],
    })
  })

  it('is put in wherever its lines are', () => {
    const broken = mutate(mutant, () => 'more\nabove\nbefore\none\nafter\n')

    expect(broken).toEqual(new Map([['shared/x.ts', 'more\nabove\nbefore\ntwo\nafter\n']]))
  })

  it.each([
    ['are no longer there', '\nbefore\n1\nafter\n', 'shared/x.ts has its lines no more'],
    [
      'could be meant twice',
      '\nbefore\none\nafter\nbefore\none\nafter\n',
      'shared/x.ts has its lines at several places',
    ],
  ])('is refused where its lines %s', (_, text, problem) => {
    expect(mutate(mutant, () => text)).toBe(`no longer applies: ${problem}`)
  })

  it('is refused where its file is gone', () => {
    expect(mutate(mutant, gone)).toBe('no longer applies: shared/x.ts is gone')
  })
})
