import { startFunctionsHost } from '../../local/functions-host.ts'
import { SLOW_MS } from './limits.ts'

/** What the process of the server tells the one that asks. */
export type Told =
  | { readonly url: string }
  /** A request that took long or failed for a reason of ours, by the id that the client gave it. */
  | { readonly request: string; readonly ms: number; readonly error: string | undefined }
  /** All that was logged until then has been told. */
  | { readonly pong: true }

/** Serves the built bundle on the in-memory store, in a process of its own, until the other one goes away. */
export async function serve(): Promise<void> {
  const host = await startFunctionsHost({
    root: new URL('../..', import.meta.url).pathname,
    port: 0,
    settings: {
      GATEHOUSE_MODE: 'development',
      PUBLIC_BASE_URL: 'https://gatehouse.example',
      TABLES_ACCOUNTS: 'main=memory',
      SCIM_MAX_RPS: '0',
    },
    log: ({ message, level }) => {
      const ms = Number(/"ms":([\d.]+)/.exec(message)?.[1] ?? 0)
      const error = /"error":"([^"]*)"/.exec(message)?.[1] ?? (level === 'error' ? message : undefined)
      const request = /"clientRequestId":"([^"]*)"/.exec(message)?.[1] ?? ''
      if (ms > SLOW_MS || error !== undefined) tell({ request, ms, error })
    },
  })
  process.on('message', () => tell({ pong: true }))
  process.on('disconnect', () => process.exit())
  tell({ url: host.url })
}

function tell(told: Told): void {
  process.send?.(told)
}
