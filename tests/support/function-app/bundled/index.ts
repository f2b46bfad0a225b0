import { app } from '@azure/functions'

// An app to be bundled: one part of it is loaded when it is first needed.
app.http('now', { route: 'now', methods: ['GET'], handler: () => ({ body: 'now' }) })
app.http('later', {
  route: 'later',
  methods: ['GET'],
  handler: async () => {
    const { later } = await import('./later.ts')
    return { body: later() }
  },
})
