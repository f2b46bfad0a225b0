import { parseArgs } from 'node:util'
import { fuzz, type Report } from './fuzz.ts'
import { AT_ONCE, SLOW_MS } from './limits.ts'
import { serve } from './server.ts'

/*
 * npm run fuzz -- --count 1000000 --seed 1: random and bent requests over HTTP against the built bundle on the in-memory
 * store, in a process of its own. Ends with 1 where an answer was 500 or not in SCIM's form, where an input is slow again
 * when it is sent alone, or where the rows that are left do not fit together.
 */
const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    server: { type: 'boolean', default: false },
  },
})

if (flags.server) await serve()
else await main(Number(flags.count), Number(flags.seed))

async function main(count: number, seed: number): Promise<void> {
  const started = performance.now()
  print(`seed ${seed}, ${count} inputs, ${AT_ONCE} at once`)
  const report = await fuzz(count, seed, ({ done, findings }) => {
    if (done % 50_000 === 0)
      print(`${done} inputs, ${Math.round(done / elapsed(started))}/s, ${findings.length} findings`)
  })
  summarize(report, elapsed(started))
  process.exitCode = report.findings.length === 0 ? 0 : 1
}

function summarize({ done, kinds, statuses, slowOnce, slowest, findings }: Report, seconds: number): void {
  print(`${done} inputs in ${Math.round(seconds)} s, ${Math.round(done / seconds)}/s`)
  print(`kinds: ${listed([...kinds].toSorted(([, a], [, b]) => b - a))}`)
  print(`statuses: ${listed([...statuses].toSorted(([a], [b]) => a - b))}`)
  print(`${slowOnce} took over ${SLOW_MS} ms among ${AT_ONCE} at once`)
  if (slowest.ms > 0) print(`slowest when sent again alone: ${slowest.ms} ms ${slowest.input.slice(0, 300)}`)
  print(`${findings.length} findings`)
  // A few of each sort, which its first words tell.
  const sorts = Map.groupBy(findings, (finding) => finding.slice(0, finding.search(/[,:]/)))
  for (const [sort, alike] of sorts) {
    print(`  ${sort}: ×${alike.length}`)
    for (const finding of alike.slice(0, 5)) print(`    ${finding}`)
  }
}

function listed(counts: readonly (readonly [string | number, number])[]): string {
  return counts.map(([name, number]) => `${name} ×${number}`).join(', ')
}

function elapsed(since: number): number {
  return (performance.now() - since) / 1_000
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
