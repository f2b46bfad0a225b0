import { app } from '@azure/functions'

app.http('second', { methods: ['GET'], handler: () => ({ body: 'second' }) })
