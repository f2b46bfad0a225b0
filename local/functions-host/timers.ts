import type { HostFunction } from './functions.ts'
import { nextRun } from './schedule.ts'

/** `%NAME%` in a schedule stands for a setting. */
const resolveSetting = (schedule: string): string =>
  schedule.replace(/^%(.+)%$/, (_, name: string) => process.env[name] ?? '')

/**
 * Starts each timer whenever it is due, and returns how to stop. Waiting timers keep no process alive.
 * A schedule that the host cannot compute is left to the admin call.
 */
export function scheduleTimers(
  functions: readonly HostFunction[],
  start: (target: HostFunction) => void,
): () => void {
  const pending = new Map<HostFunction, NodeJS.Timeout>()
  const arm = (target: HostFunction, after: Date): void => {
    const due = nextRun(resolveSetting(target.schedule ?? ''), after)
    if (!due) return
    const wait = setTimeout(() => {
      start(target)
      arm(target, due)
    }, due.getTime() - Date.now())
    pending.set(target, wait.unref())
  }
  for (const target of functions) if (target.trigger === 'timerTrigger') arm(target, new Date())
  return () => {
    for (const wait of pending.values()) clearTimeout(wait)
  }
}
