import { app } from '@azure/functions'

// Every function but the first two is in error, each for its own reason.
const handler = () => ({ body: 'fine' })

app.http('fine', { route: 'fine', methods: ['GET', 'POST'], handler })
app.http('fine-other-method', { route: 'fine', methods: ['PUT'], handler })
app.http('fine-same-method', { route: 'Fine/', methods: ['POST', 'PATCH'], handler })
app.http('reserved-admin', { route: 'administrator/x', handler })
app.http('reserved-runtime', { route: '/runtimes', handler })
app.http('unknown-constraint', { route: 'a/{p:colour}', handler })
app.http('mixed-segment', { route: 'a/{p}.json', handler })
app.http('catch-all-inside', { route: 'a/{*p}/b', handler })
app.http('1-bad-name', { route: 'b', handler })
app.http('host', { route: 'c', handler })
