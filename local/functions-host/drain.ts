import type { Server } from 'node:http'

/** Work in progress, so that stopping can wait for it. */
export type InFlight = {
  begin(): void
  end(): void
  /** Resolves once nothing is in progress. */
  idle(): Promise<void>
}

/** Counts what is in progress. */
export function trackInFlight(): InFlight {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    begin: () => {
      count++
    },
    end: () => {
      count--
      if (count > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    },
    idle: () =>
      new Promise((resolve) => {
        if (count === 0) resolve()
        else waiting.push(resolve)
      }),
  }
}

/** A handler that never answers must not keep the host from stopping. */
const DRAIN_MILLISECONDS = 10_000

/** Takes no further connection, lets requests in progress finish (for ten seconds at most), closes the rest. */
export async function drainServer(server: Server, inFlight: InFlight): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MILLISECONDS)
  })
  await Promise.race([inFlight.idle(), patience])
  clearTimeout(timer)
  server.closeAllConnections()
  await closed
}
