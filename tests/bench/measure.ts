import type { Operation } from './operations.ts'
import { timed, type Server } from './server.ts'
import type { Tenant } from './tenant.ts'

/** One way of asking: server CPU in milliseconds a request, and requests a second. */
interface Figure {
  readonly cpu: number
  readonly rate: number
}

export interface Measured {
  readonly name: string
  readonly target: number | undefined
  /** One request at a time. */
  readonly alone: Figure
  /** 16 in flight. */
  readonly together: Figure
}

const FEWEST = 4
/** What else runs on the machine only ever adds: the best round says most about the product. */
const ROUNDS = 5

/** Measures an operation, after it has run often enough to be compiled. */
export async function measureOperation(
  server: Server,
  tenant: Tenant,
  { name, run, share = 1, target, atOnce = 16 }: Operation,
  requests: number,
): Promise<Measured> {
  const count = Math.max(FEWEST, Math.round((requests * share) / ROUNDS))
  const one = (i: number): Promise<string> => run(tenant, i)
  await timed(count, atOnce, one)
  const together = await measure(server, count, atOnce, one)
  return { name, target, together, alone: await measure(server, Math.ceil(count / 2), 1, one) }
}

/** The best of five rounds, for CPU and rate each. */
export async function measure(
  server: Server,
  count: number,
  atOnce: number,
  run: (i: number) => Promise<unknown>,
): Promise<Figure> {
  const figures: Figure[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = server.cpu()
    const ms = await timed(count, atOnce, (i) => run(round * count + i))
    figures.push({ cpu: (server.cpu() - before) / count, rate: (count / ms) * 1_000 })
  }
  return {
    cpu: Math.min(...figures.map(({ cpu }) => cpu)),
    rate: Math.max(...figures.map(({ rate }) => rate)),
  }
}
