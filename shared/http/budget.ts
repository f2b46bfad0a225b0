import { fail } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'

/**
 * The result of the work, or 503 once the time of a request is over: the client hears from us before its own time-out,
 * and the platform's, would make it guess. The work itself is bounded by the time-outs of its storage calls.
 */
export async function withinBudget<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      try {
        fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
      } catch (error) {
        reject(error)
      }
    }, LIMITS.requestBudgetMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
