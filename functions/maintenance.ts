import { app } from '@azure/functions'
import { walkEmailsAgain } from '../shared/connectors/email-walk.ts'
import { purgeDeleted } from '../shared/connectors/purge.ts'
import { getRuntime } from '../shared/runtime.ts'

/** Well below the ten minutes after which the host may end a function; what is left waits for the next hour. */
const BUDGET_MS = 480_000

app.timer('maintenance', {
  // At minute 17, away from the full hours at which everybody else's timers run.
  schedule: '0 17 * * * *',
  handler: async (_, invocation) => {
    const { store, now } = await getRuntime()
    const until = Date.now() + BUDGET_MS
    const caller = {
      actor: 'maintenance',
      correlationId: invocation.invocationId,
      clientRequestId: undefined,
    }
    // First, for it is about what people do now.
    const isWalked = await walkEmailsAgain({ store, now, caller }, until)
    const isDone = (await purgeDeleted(store, now(), until)) && isWalked
    invocation.log(
      JSON.stringify({ time: new Date().toISOString(), maintenance: isDone ? 'done' : 'unfinished' }),
    )
  },
})
