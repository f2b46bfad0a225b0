import { createDefaultHttpClient, isRestError, RestError } from '@azure/core-rest-pipeline'
import type { HttpClient, PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import { TableClient } from '@azure/data-tables'
import type { TableServiceClientOptions } from '@azure/data-tables'
import type { GetTokenOptions, TokenCredential } from '@azure/identity'
import type { AccountLocation } from '../kernel/settings.ts'
import { batchStatus } from './azure-batch.ts'

/** A location over HTTP: everything but this process' memory. */
export type AzureLocation = Exclude<AccountLocation, { readonly kind: 'memory' }>

/** Bounds of a call. The defaults leave Entra's request time for a second call when the first one was given up. */
export interface AzureTiming {
  /** One HTTP attempt. */
  readonly attemptMs: number
  /** All attempts of a call and the pauses between them. */
  readonly callMs: number
  /** The pause before the first retry; it doubles each time. */
  readonly retryMs: number
}

export interface AzureTableOptions {
  readonly managedIdentityClientId?: string | undefined
  /** Called for every HTTP attempt. */
  readonly onRequest?: (() => void) | undefined
  readonly timing?: Partial<AzureTiming>
}

export interface AzureClient {
  readonly client: TableClient
  readonly httpClient: HttpClient
  readonly timing: AzureTiming
  /** How often a request has been sent. */
  readonly timesSent: (request: PipelineRequest) => number
}

const TIMING: AzureTiming = { attemptMs: 3_000, callMs: 10_000, retryMs: 100 }
const MAX_RETRIES = 3
const MAX_RETRY_MS = 1_000

/** The client library's client for one table, with our bounds on time and retries. It connects on first use. */
export function openAzureClient(
  location: AzureLocation,
  table: string,
  options: AzureTableOptions,
): AzureClient {
  const timing = { ...TIMING, ...options.timing }
  const sent = new WeakMap<PipelineRequest, number>()
  const timesSent = (request: PipelineRequest): number => sent.get(request) ?? 0
  const policy = attemptPolicy(timing.attemptMs, (request) => {
    sent.set(request, timesSent(request) + 1)
    options.onRequest?.()
  })
  const httpClient = createDefaultHttpClient()
  const clientOptions: TableServiceClientOptions = {
    httpClient,
    retryOptions: {
      maxRetries: MAX_RETRIES,
      retryDelayInMs: timing.retryMs,
      maxRetryDelayInMs: MAX_RETRY_MS,
    },
    additionalPolicies: [{ policy, position: 'perRetry' }],
  }
  const client =
    location.kind === 'url'
      ? new TableClient(location.url, table, managedIdentity(options.managedIdentityClientId), clientOptions)
      : // Connection strings are for development, where the emulator has no certificate.
        TableClient.fromConnectionString(location.connectionString, table, {
          ...clientOptions,
          allowInsecureConnection: true,
        })
  return { client, httpClient, timing, timesSent }
}

/**
 * Counts and bounds each attempt. The library retries only some network errors, and no time-out of its own, so every way
 * in which an attempt ends without an answer becomes one that it does retry, unless the whole call was aborted.
 */
function attemptPolicy(attemptMs: number, onAttempt: (request: PipelineRequest) => void): PipelinePolicy {
  return {
    name: 'gatehouseAttemptPolicy',
    async sendRequest(request, next) {
      onAttempt(request)
      request.timeout = attemptMs
      try {
        return surfaced(await next(request))
      } catch (error) {
        if (!isUnanswered(error)) throw error
        const retryable = new RestError('Table Storage did not answer', { code: 'ETIMEDOUT', request })
        retryable.cause = error
        throw retryable
      }
    },
  }
}

function isUnanswered(error: unknown): boolean {
  return isRestError(error) || (error instanceof Error && error.name === 'AbortError')
}

/** A transaction answers 202 with the real outcome inside; the library retries a busy server only when it sees that. */
function surfaced(response: PipelineResponse): PipelineResponse {
  if (response.status !== 202) return response
  const status = batchStatus(response.bodyAsText ?? '') ?? 0
  if (status >= 500 || status === 408 || status === 429) response.status = status
  return response
}

/** Loads the identity library on first use: it is large, and nothing local needs it. */
/** The identity of the function app; the library is loaded on first use. */
export function managedIdentity(clientId: string | undefined): TokenCredential {
  let loaded: Promise<TokenCredential> | undefined
  async function load(): Promise<TokenCredential> {
    const { ManagedIdentityCredential } = await import('./managed-identity.ts')
    return clientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId })
  }
  return {
    async getToken(scopes, options) {
      loaded ??= load()
      return untilAborted((await loaded).getToken(scopes, options), options?.abortSignal)
    },
  }
}

/** The identity library waits for a silent token endpoint far longer than the call may take, so we stop waiting. */
function untilAborted<T>(work: Promise<T>, signal: GetTokenOptions['abortSignal']): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('the managed identity gave no token in time'))
    if (signal?.aborted === true) giveUp()
    signal?.addEventListener('abort', giveUp)
    work.then(resolve, reject)
  })
}
