import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { killRepeatedly } from './kills.ts'

/*
 * npm run faults -- [--kills 20] [--histories 20000] [--minutes 1] [--seed 1]: the long form of the tests of this folder.
 * Every fault at every write, very many histories, a process that is killed again and again, and a soak.
 */

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    histories: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})
const root = fileURLToPath(new URL('../..', import.meta.url))

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs a program with its output on ours; whether it ended well. */
async function run(args: readonly string[], settings: Record<string, string> = {}): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: 'inherit',
  })
  const [code] = await once(child, 'exit')
  return code === 0
}

async function kills(): Promise<boolean> {
  const report = await killRepeatedly(Number(flags.kills), Number(flags.seed))
  for (const loss of report.losses) print(`  ${loss}`)
  print(
    `${report.kills} kills: ${report.acknowledged} acknowledged writes, ${report.unanswered} cut off, ${report.losses.length} losses or faults`,
  )
  return report.losses.length === 0
}

print('Faults, races and histories')
const tested = await run(['node_modules/vitest/vitest.mjs', 'run', 'tests/faults', '--reporter=default'], {
  FAULTS_ALL: '1',
  FAULTS_HISTORIES: flags.histories,
})
print('Kills')
const survived = await kills()
print('Soak')
const isFlat = await run(['tests/faults/soak.ts', '--minutes', flags.minutes, '--seed', flags.seed])
process.exitCode = tested && survived && isFlat ? 0 : 1
