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

const FEWEST = 20

/** Measures an operation, after it has run often enough to be compiled. */
export async function measureOperation(
  server: Server,
  tenant: Tenant,
  { name, run, share = 1, target }: Operation,
  requests: number,
): Promise<Measured> {
  const count = Math.max(FEWEST, Math.round(requests * share))
  const one = (i: number): Promise<string> => run(tenant, i)
  await timed(Math.round(count / 4), 16, one)
  const together = await measure(server, count, 16, one)
  return { name, target, together, alone: await measure(server, Math.ceil(count / 4), 1, one) }
}

export async function measure(
  server: Server,
  count: number,
  atOnce: number,
  run: (i: number) => Promise<unknown>,
): Promise<Figure> {
  const before = server.cpu()
  const ms = await timed(count, atOnce, run)
  return { cpu: (server.cpu() - before) / count, rate: (count / ms) * 1_000 }
}
