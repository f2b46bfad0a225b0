import { startProduct, timed } from './server.ts'
import { newTenant, patch, type Tenant } from './tenant.ts'

/** What one tenant notices of another one's load: latency in milliseconds, quiet and beside 500 requests a second. */
export interface NeighbourFigures {
  readonly quiet: Percentiles
  readonly beside: Percentiles
  /** Requests a second that the noisy tenant really made. */
  readonly noise: number
}

interface Percentiles {
  readonly p50: number
  readonly p99: number
}

const USERS = 1_000
const SECONDS = 15
/** Entra's own rate for one tenant. */
const RATE = 25
const NOISE_RATE = 500

/** Both tenants mix reads and writes. Requests begin by the clock, however long the earlier ones take: waiting counts. */
export async function measureNeighbours(port: number, account: string): Promise<NeighbourFigures> {
  const server = await startProduct(port, account)
  const victim = await newTenant(server.url, USERS, [])
  const noisy = await newTenant(server.url, USERS, [])
  await timed(2_000, 16, (i) => mixed(noisy, i))
  const quiet = percentiles(await atRate(RATE, SECONDS, (i) => mixed(victim, i)))
  const [latencies, noise] = await Promise.all([
    atRate(RATE, SECONDS, (i) => mixed(victim, i)),
    atRate(NOISE_RATE, SECONDS, (i) => mixed(noisy, i)),
  ])
  await server.stop()
  return { quiet, beside: percentiles(latencies), noise: noise.length / SECONDS }
}

function mixed(tenant: Tenant, i: number): Promise<string> {
  const id = tenant.ids[i % tenant.ids.length]
  switch (i % 4) {
    case 0:
      return tenant.scim('GET', `/Users/${id}`)
    case 1:
      return tenant.scim('GET', '/Users?count=10')
    case 2:
      return tenant.scim(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'Replace', path: 'title', value: `Title ${i}` }),
      )
    default:
      return tenant.scim('GET', `/Users?filter=userName+eq+%22user${i % USERS}%40x.example%22`)
  }
}

async function atRate(
  rate: number,
  seconds: number,
  run: (i: number) => Promise<unknown>,
): Promise<readonly number[]> {
  const latencies: number[] = []
  const underWay: Promise<void>[] = []
  const started = performance.now()
  for (let i = 0; i < rate * seconds; i++) {
    const due = started + (i * 1_000) / rate
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    underWay.push(run(i).then(() => void latencies.push(performance.now() - due)))
  }
  await Promise.all(underWay)
  return latencies
}

function percentiles(latencies: readonly number[]): Percentiles {
  const sorted = latencies.toSorted((left, right) => left - right)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
