import { app } from '@azure/functions'

app.http('first', { methods: ['GET'], handler: () => ({ body: 'first' }) })
