import { app } from '@azure/functions'
import { purgeDeleted } from '../shared/connectors/purge.ts'
import { getRuntime } from '../shared/runtime.ts'

/** Well below the ten minutes after which the host may end a function; what is left waits for the next hour. */
const BUDGET_MS = 480_000

app.timer('maintenance', {
  // At minute 17, away from the full hours at which everybody else's timers run.
  schedule: '0 17 * * * *',
  handler: async (_, invocation) => {
    const { store, now } = await getRuntime()
    const started = Date.now()
    const isDone = await purgeDeleted(store, now(), started + BUDGET_MS)
    invocation.log(
      JSON.stringify({ time: new Date().toISOString(), maintenance: isDone ? 'done' : 'unfinished' }),
    )
  },
})
