/*
 * Loaded before the product (node --import) in the process of a soak: tells its memory and handles when asked, after a
 * collection of everything that is garbage.
 */

export interface Sample {
  readonly rssMiB: number
  /** After a full collection. */
  readonly heapMiB: number
  readonly externalMiB: number
  /** Sockets, timers and the like that keep the process alive. */
  readonly handles: number
}

const MIB = 1_048_576

process.on('message', () => {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const sample: Sample = {
    rssMiB: rss / MIB,
    heapMiB: heapUsed / MIB,
    externalMiB: external / MIB,
    handles: process.getActiveResourcesInfo().length,
  }
  process.send?.(sample)
})
