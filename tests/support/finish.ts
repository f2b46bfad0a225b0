import type { Steps } from '../../shared/kernel/turns.ts'

/** Work in steps, done to its end without a rest. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
