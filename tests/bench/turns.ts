import { parseArgs } from 'node:util'
import { HEAVY } from '../bad-input/heavy.ts'
import { newDirectory } from '../support/directory-context.ts'
import { callScim } from '../support/scim-calls.ts'
import type { Store } from '../../shared/storage/store.ts'
import type { Table } from '../../shared/storage/table.ts'

/*
 * npm run turns -- [--only text]: for each request that is made to keep the service busy, how long the longest turn
 * of the event loop lasts, beside JSON.parse of the same body. The minimum of several runs: other processes only add.
 */
const { values: flags } = parseArgs({
  options: { only: { type: 'string', default: '' }, runs: { type: 'string', default: '3' } },
})

const print = (line: string): void => void process.stdout.write(`${line}\n`)

interface Turns {
  readonly longest: number
  readonly total: number
  readonly turns: number
}

/** CPU time of this thread in milliseconds: other processes take nothing from it. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

let last = 0

/** The longest time between two turns of the event loop while some work goes on. */
async function measured<T>(work: () => Promise<T>): Promise<Turns & { result: T }> {
  let [longest, turns, done] = [0, 0, false]
  const look = (): void => {
    const now = cpu()
    longest = Math.max(longest, now - last)
    last = now
    turns++
  }
  const probe = (): void => {
    look()
    if (!done) setImmediate(probe)
  }
  last = cpu()
  const started = last
  setImmediate(probe)
  const result = await work()
  look()
  done = true
  return { longest, total: cpu() - started, turns, result }
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  await new Promise(setImmediate)
  const result = await call()
  last = cpu()
  await new Promise(setImmediate)
  return result
}

const farTable = (table: Table): Table => ({
  get: (partition, key) => ask(() => table.get(partition, key)),
  range: (partition, query) => ask(() => table.range(partition, query)),
  batch: (partition, writes) => ask(() => table.batch(partition, writes)),
  scan: (from, to) => table.scan(from, to),
})

/** A store whose own work, which elsewhere is another machine's, is no part of a turn; and it answers in a later one. */
function remote(store: Store): Store {
  return { ...store, table: (account, name) => farTable(store.table(account, name)) }
}

const parseTime = (text: string | undefined): number => {
  const started = cpu()
  try {
    JSON.parse(text ?? '0')
  } catch {
    // Refused by the product, too.
  }
  return cpu() - started
}

print('| request | status | longest turn ms | JSON.parse ms | total ms | turns |')
print('| --- | --- | ---: | ---: | ---: | ---: |')
for (const heavy of HEAVY.filter(({ name }) => name.includes(flags.only))) {
  const runs: { longest: number; parse: number; total: number; turns: number; status: string }[] = []
  for (let i = 0; i < Number(flags.runs); i++) {
    const directory = newDirectory('memory')
    const call = await heavy.prepare(directory)
    const parse = Math.min(parseTime(call.body), parseTime(call.body))
    const { context } = directory
    const far = { ...directory, context: { ...context, store: remote(directory.store) } }
    const { longest, total, turns, result } = await measured(() => callScim(far, call))
    const text = typeof result.body === 'string' && (result.status ?? 200) >= 400 ? result.body : ''
    const { scimType = '', detail = '' } = JSON.parse(text || '{}') as { scimType?: string; detail?: string }
    runs.push({ longest, parse, total, turns, status: `${result.status} ${scimType} ${detail.slice(0, 60)}` })
  }
  const best = runs.toSorted((a, b) => a.longest - b.longest)[0]
  if (best !== undefined)
    print(
      `| ${heavy.name} | ${best.status} | ${best.longest.toFixed(1)} | ${best.parse.toFixed(1)} | ${best.total.toFixed(0)} | ${best.turns} |`,
    )
}
