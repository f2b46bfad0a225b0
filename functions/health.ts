import { app, type HttpResponseInit } from '@azure/functions'
import { getRuntime } from '../shared/runtime.ts'

/** 200 once the settings are valid and the tables answer; 503 until then, without saying why: the log does. */
async function health(): Promise<HttpResponseInit> {
  try {
    const { store } = await getRuntime()
    await store.table(store.firstAccount, 'config').get('health', 'health')
    return { status: 200, jsonBody: { status: 'ok' } }
  } catch {
    return { status: 503, headers: { 'Retry-After': '5' }, jsonBody: { status: 'unavailable' } }
  }
}

app.http('health', { route: 'health', methods: ['GET', 'HEAD'], authLevel: 'anonymous', handler: health })
