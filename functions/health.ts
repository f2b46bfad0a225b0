import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions'
import { failureOf } from '../shared/kernel/failure.ts'
import { getRuntime } from '../shared/runtime.ts'

/** 200 once the settings are valid and the tables answer; 503 until then, without saying why: the log does. */
async function health(_: HttpRequest, invocation: InvocationContext): Promise<HttpResponseInit> {
  try {
    const { store } = await getRuntime()
    await store.table(store.firstAccount, 'config').get('health', 'health')
    return { status: 200, jsonBody: { status: 'ok' } }
  } catch (error) {
    invocation.log(JSON.stringify({ time: new Date().toISOString(), route: 'health', error: reason(error) }))
    return { status: 503, headers: { 'Retry-After': '5' }, jsonBody: { status: 'unavailable' } }
  }
}

/** In our own words only: the message of a library could quote a connection string. */
function reason(error: unknown): string {
  const failure = failureOf(error)
  if (failure === undefined) return error instanceof Error ? error.name : typeof error
  return failure.code === 'misconfigured' ? failure.detail : failure.code
}

app.http('health', { route: 'health', methods: ['GET', 'HEAD'], authLevel: 'anonymous', handler: health })
