import { app } from '@azure/functions'

// An app with a start page of its own.
app.http('home', { route: '/', methods: ['GET'], handler: () => ({ body: 'own page' }) })
