import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { drainServer, trackInFlight } from './functions-host/drain.ts'
import type { InFlight } from './functions-host/drain.ts'
import { resolveFunctions } from './functions-host/functions.ts'
import type { HostFunction } from './functions-host/functions.ts'
import { readHostJson } from './functions-host/host-json.ts'
import { invokeFunction } from './functions-host/invocation.ts'
import { loadApp } from './functions-host/load-app.ts'
import { describeError } from './functions-host/log.ts'
import type { HostLog } from './functions-host/log.ts'
import { handleRequest } from './functions-host/request-handler.ts'
import type { RunningApp } from './functions-host/request-handler.ts'
import { applySettings, readHostSettings } from './functions-host/settings.ts'
import { scheduleTimers } from './functions-host/timers.ts'

export type FunctionsHostOptions = {
  /** The folder of package.json and host.json. */
  readonly root: string
  /** 0 takes a free one. */
  readonly port: number
  readonly hostname?: string
  /** Put into process.env until the host is closed; they win over local.settings.json. */
  readonly settings?: Readonly<Record<string, string>>
  /** Without it no function asks for a key, as with Core Tools. */
  readonly functionKey?: string
  /** Run timers on their schedule too, and not on `POST admin/functions/NAME` alone. */
  readonly schedules?: boolean
  readonly log?: HostLog
}

export type FunctionsHost = {
  readonly url: string
  readonly port: number
  readonly functions: readonly Pick<HostFunction, 'name' | 'route' | 'methods' | 'authLevel' | 'trigger'>[]
  /** Functions in error, which Azure would log and leave out while the app starts all the same. */
  readonly problems: readonly string[]
  /** Lets requests and timers in progress finish, for ten seconds at most. */
  close(): Promise<void>
}

/** Kestrel gives up on headers after 30 seconds and on an idle connection after 130. */
const HEADERS_MILLISECONDS = 30_000
const KEEP_ALIVE_MILLISECONDS = 130_000
/** Kestrel wants 240 bytes a second; a fixed time for the whole request is what Node has. */
const REQUEST_MILLISECONDS = 120_000
const MAX_HEADER_BYTES = 32_768

function createHttpServer(app: RunningApp, inFlight: InFlight): Server {
  const options = {
    headersTimeout: HEADERS_MILLISECONDS,
    requestTimeout: REQUEST_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    maxHeaderSize: MAX_HEADER_BYTES,
  }
  return createServer(options, (request, response) => {
    inFlight.begin()
    response.once('close', () => inFlight.end())
    void handleRequest(app, request, response)
  })
}

function listen(server: Server, port: number, hostname: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** What a timer is handed: it is neither late nor has it run before. */
const TIMER_INFO = JSON.stringify({
  Schedule: { AdjustForDST: true },
  ScheduleStatus: null,
  IsPastDue: false,
})

async function createApp(options: FunctionsHostOptions, inFlight: InFlight): Promise<RunningApp> {
  const log: HostLog = options.log ?? (() => undefined)
  const hostJson = readHostJson(options.root)
  const registrations = await loadApp(options.root)
  const startTimer = (target: HostFunction): void => {
    inFlight.begin()
    invokeFunction(registrations, target, { json: TIMER_INFO })
      .catch((error: unknown) => {
        log({ level: 'error', category: 'host', functionName: target.name, message: describeError(error) })
      })
      .finally(() => inFlight.end())
  }
  return {
    registrations,
    functionSet: resolveFunctions(registrations, hostJson.routePrefix, log),
    hostJson,
    settings: readHostSettings(process.env),
    functionKey: options.functionKey,
    log,
    startTimer,
  }
}

async function startHost(options: FunctionsHostOptions, restoreSettings: () => void): Promise<FunctionsHost> {
  const inFlight = trackInFlight()
  const app = await createApp(options, inFlight)
  const { functions, problems } = app.functionSet
  const server = createHttpServer(app, inFlight)
  const hostname = options.hostname ?? '127.0.0.1'
  const port = await listen(server, options.port, hostname)
  const stopTimers = options.schedules ? scheduleTimers(functions, app.startTimer) : () => undefined
  return {
    url: `http://${hostname}:${port}`,
    port,
    functions,
    problems,
    close: async () => {
      stopTimers()
      await drainServer(server, inFlight)
      for (const callback of app.registrations.hooks.appTerminate)
        await callback({ hookData: {}, appHookData: {} })
      restoreSettings()
    },
  }
}

/**
 * Plays Azure Functions for the app in `root`, on this machine: imports what `main` of its package.json names and
 * serves its HTTP functions with the manners of the real host (routes by name order, 404 for a wrong method, lost
 * chunked bodies and the rest of what a local server would be kinder about).
 * Fails where the app cannot be loaded or the port is taken; a single function in error only goes to `problems`.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const restoreSettings = applySettings(options.root, options.settings ?? {})
  try {
    return await startHost(options, restoreSettings)
  } catch (error) {
    restoreSettings()
    throw error
  }
}
