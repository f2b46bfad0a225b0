import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A fault that is put into the product on purpose, to see a test fail. */
export interface Mutant {
  /** Name of the patch without its ending. */
  readonly name: string
  /** What it breaks and why that hurts a customer: the first line of the patch. */
  readonly says: string
  /** The test files of which at least one must fail. */
  readonly tests: readonly string[]
  readonly hunks: readonly Hunk[]
}

interface Hunk {
  readonly file: string
  readonly before: string
  readonly after: string
}

/** Every patch of this folder, in the order of their numbers. */
export function readMutants(): readonly Mutant[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.patch'))
    .toSorted((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10))
    .map((file) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8')
      return parseMutant(file.slice(0, -'.patch'.length), text)
    })
}

/** Two comment lines, then a unified diff. Line numbers are not looked at: code above a hunk may grow. */
export function parseMutant(name: string, text: string): Mutant {
  const [says = '', tests = '', ...diff] = text.split('\n')
  return {
    name,
    says: says.replace(/^# /, ''),
    tests: tests
      .replace(/^# Caught by: /, '')
      .split(' ')
      .filter((file) => file !== ''),
    hunks: parseHunks(diff),
  }
}

/** Puts a mutant into the files of a project, all or nothing. Says what stands in the way, or `undefined`. */
export function mutate({ hunks }: Mutant, read: (file: string) => string): Map<string, string> | string {
  const changed = new Map<string, string>()
  for (const { file, before, after } of hunks) {
    const text = changed.get(file) ?? readOr(read, file)
    if (text === undefined) return `no longer applies: ${file} is gone`
    if (!text.includes(before)) return `no longer applies: ${file} has its lines no more`
    if (text.indexOf(before) !== text.lastIndexOf(before))
      return `no longer applies: ${file} has its lines at several places`
    changed.set(
      file,
      text.replace(before, () => after),
    )
  }
  return changed
}

function parseHunks(lines: readonly string[]): readonly Hunk[] {
  const hunks: { file: string; before: string; after: string }[] = []
  let file = ''
  for (const line of lines) {
    const hunk = hunks.at(-1)
    if (line.startsWith('+++ b/')) file = line.slice('+++ b/'.length)
    else if (line.startsWith('@@ ')) hunks.push({ file, before: '\n', after: '\n' })
    else if (hunk === undefined || line.startsWith('--- a/') || line === '') continue
    else {
      if (!line.startsWith('+')) hunk.before += `${line.slice(1)}\n`
      if (!line.startsWith('-')) hunk.after += `${line.slice(1)}\n`
    }
  }
  return hunks
}

function readOr(read: (file: string) => string, file: string): string | undefined {
  try {
    return read(file)
  } catch {
    return undefined
  }
}
