import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { mutate, readMutants, type Mutant } from './patches.ts'

/*
 * Breaks a private copy of the project on purpose, once for each patch of this folder, and expects a test to fail.
 * `node tests/mutants/run.ts [part of a name]...`; the exit code is 1 if any mutant was not caught.
 */

const PROJECT = join(import.meta.dirname, '../..')
/** What the tests make or do not need; the libraries are linked. */
const NOT_COPIED: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.local', '.vitest'])
const RUN_MS = 300_000

/** Neither: every test passed. */
interface Outcome {
  /** Title of the first test that failed. */
  readonly caughtBy?: string
  /** What kept the tests from speaking: a mutant that does not even build is not caught but wrong. */
  readonly problem?: string
}

const wanted = process.argv.slice(2)
const mutants = readMutants().filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
)
if (mutants.length === 0) throw new Error(`no patch has a name like ${wanted.join(' ')}`)

const copy = mkdtempSync(join(tmpdir(), 'gatehouse-mutants-'))
process.exitCode = await breakAll().finally(() => rmSync(copy, { recursive: true, force: true }))

async function breakAll(): Promise<number> {
  cpSync(PROJECT, copy, { recursive: true, filter: (path) => !NOT_COPIED.has(relative(PROJECT, path)) })
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'))
  // A test that is red anyway would prove nothing.
  const sound = await runTests([...new Set(mutants.flatMap(({ tests }) => tests))])
  if (sound.caughtBy !== undefined || sound.problem !== undefined) {
    say(`Red without any mutant: ${sound.caughtBy ?? sound.problem}`)
    return 1
  }
  say('| mutant | caught by |\n| --- | --- |')
  let survivors = 0
  for (const mutant of mutants) {
    const { caughtBy, problem } = await judge(mutant)
    if (caughtBy === undefined) survivors++
    say(`| ${mutant.name} | ${caughtBy ?? `**NOT CAUGHT**: ${problem ?? mutant.tests.join(', ')}`} |`)
  }
  say(`\n${mutants.length - survivors} of ${mutants.length} mutants were caught.`)
  return survivors === 0 ? 0 : 1
}

/** Puts the mutant in, tests, and takes it out again. */
async function judge(mutant: Mutant): Promise<Outcome> {
  const broken = mutate(mutant, readCopy)
  if (typeof broken === 'string') return { problem: broken }
  const sound = [...broken.keys()].map((file) => [file, readCopy(file)] as const)
  for (const [file, text] of broken) writeFileSync(join(copy, file), text)
  try {
    return await runTests(mutant.tests)
  } finally {
    for (const [file, text] of sound) writeFileSync(join(copy, file), text)
  }
}

async function runTests(tests: readonly string[]): Promise<Outcome> {
  const report = join(copy, 'mutant-report.json')
  rmSync(report, { force: true })
  const built = await node(['local/build.ts'])
  if (built.code !== 0) return { problem: `the bundle does not build: ${built.output.slice(0, 500)}` }
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=json']
  const { code, output } = await node([...vitest, `--outputFile=${report}`, ...tests])
  if (code === 0) return {}
  const caughtBy = existsSync(report) ? firstFailure(report) : undefined
  return caughtBy === undefined
    ? { problem: `no test failed, but vitest ended with ${code}: ${output.slice(-500)}` }
    : { caughtBy }
}

function firstFailure(report: string): string | undefined {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[]
  }
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName } of assertionResults)
      if (status === 'failed') return `${relative(copy, name)}: ${fullName.replaceAll('|', '\\|')}`
  return undefined
}

function node(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args],
      { cwd: copy, timeout: RUN_MS, maxBuffer: 2 ** 26 },
      (error, out, err) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
        resolve({ code, output: err + out })
      },
    )
  })
}

function readCopy(file: string): string {
  return readFileSync(join(copy, file), 'utf8')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
