import { fail } from '../kernel/failure.ts'
import type { ConnectorId } from '../kernel/ids.ts'

/** Lets a connector's valid requests pass up to a number a second, per instance. */
export type RateGate = (connector: ConnectorId) => void

/** 429 with Retry-After above `perSecond`; 0 switches the gate off. Entra needs at least 25 a second. */
export function createRateGate(perSecond: number, now: () => Date): RateGate {
  let second = 0
  const passed = new Map<ConnectorId, number>()
  return (connector) => {
    if (perSecond === 0) return
    const current = Math.floor(now().getTime() / 1000)
    if (current !== second) passed.clear()
    second = current
    const count = (passed.get(connector) ?? 0) + 1
    passed.set(connector, count)
    if (count > perSecond) fail({ code: 'rate_limited', retryAfterSeconds: 1 })
  }
}
