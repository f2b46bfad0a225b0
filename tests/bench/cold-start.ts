import { execFileSync } from 'node:child_process'
import { startProduct } from './server.ts'

const ROUNDS = 9
const root = new URL('../..', import.meta.url).pathname
const LOAD = `
const { collectRegistrations } = await import('./local/functions-host/registrations.ts')
const started = performance.now()
await collectRegistrations(() => import(process.cwd() + '/dist/index.mjs'))
console.log(performance.now() - started)
`

/** Median milliseconds: to load the bundle, and from the start of a process to its first answer (health, with storage). */
export async function measureColdStart(
  port: number,
  account: string,
): Promise<{ load: number; start: number }> {
  const loads: number[] = []
  const starts: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    loads.push(Number(execFileSync(process.execPath, ['--input-type=module', '-e', LOAD], { cwd: root })))
    const started = performance.now()
    const server = await startProduct(port, account)
    const { status } = await fetch(`${server.url}/health`)
    if (status !== 200) throw new Error(`health answered ${status}`)
    starts.push(performance.now() - started)
    await server.stop()
  }
  return { load: median(loads), start: median(starts) }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0
}
