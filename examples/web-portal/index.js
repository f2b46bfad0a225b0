// A web portal whose people sign in through Gatehouse: node examples/web-portal, beside npm start.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as openid from 'openid-client'

const issuer =
  process.env.ISSUER ??
  JSON.parse(readFileSync(new URL('../../.local/run.json', import.meta.url), 'utf8')).url
const home = `http://localhost:${process.env.PORT ?? 4000}`
// Plain http is for one machine only; a portal on the internet leaves this out, and gives its client secret here.
const options = { execute: issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [] }
const config = await openid.discovery(new URL(issuer), 'example-portal', undefined, openid.None(), options)
openid.enableNonRepudiationChecks(config)
/** What this portal remembers of each browser. */
const sessions = new Map()

async function signIn(session) {
  session.verifier = openid.randomPKCECodeVerifier()
  session.state = openid.randomState()
  session.nonce = openid.randomNonce()
  return openid.buildAuthorizationUrl(config, {
    redirect_uri: `${home}/callback`,
    scope: 'openid profile email',
    code_challenge: await openid.calculatePKCECodeChallenge(session.verifier),
    code_challenge_method: 'S256',
    state: session.state,
    nonce: session.nonce,
  }).href
}

async function callback(session, url) {
  const { verifier, state, nonce } = session
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  }
  const tokens = await openid.authorizationCodeGrant(config, url, checks)
  session.sub = tokens.claims().sub
  session.tokens = tokens
}

/** Asked for each page, so that whoever was deactivated is out at the next click. Access tokens live five minutes. */
async function whoIs(session) {
  const expires = session.tokens.claims().iat + session.tokens.expires_in - 30
  if (Date.now() / 1_000 > expires)
    session.tokens = await openid.refreshTokenGrant(config, session.tokens.refresh_token)
  return openid.fetchUserInfo(config, session.tokens.access_token, session.sub)
}

const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

async function page(session, url, method) {
  if (url.pathname === '/callback')
    return callback(session, url).then(() => ({ location: home, isNew: true }))
  if (url.pathname === '/sign-in') return { location: await signIn(session) }
  if (session.tokens === undefined) return { html: '<a href="/sign-in">Sign in</a>' }
  if (url.pathname === '/sign-out' && method === 'POST') {
    await openid.tokenRevocation(config, session.tokens.refresh_token)
    delete session.tokens
    return { location: home }
  }
  const person = await whoIs(session)
  const out = '<form method="post" action="/sign-out"><button>Sign out</button></form>'
  return { html: `<h1>Hello, ${escape(person.name)}</h1><p>You are ${escape(person.role)}.</p>${out}` }
}

createServer(async (request, response) => {
  const [, known] = /(?:^|; )example=([\w-]+)/.exec(request.headers.cookie ?? '') ?? []
  const id = sessions.has(known) ? known : randomUUID()
  const session = sessions.get(id) ?? {}
  const answer = await page(session, new URL(request.url, home), request.method).catch((error) => {
    delete session.tokens
    const reason = error.error_description ?? error.code ?? error.name
    return { status: 403, html: `<p>You are signed out: ${escape(reason)}</p><a href="/sign-in">Sign in</a>` }
  })
  // A new name for the session at each sign-in: one that somebody planted in the browser before is worth nothing.
  if (answer.isNew) sessions.delete(id)
  const name = answer.isNew ? randomUUID() : id
  sessions.set(name, session)
  response.writeHead(answer.location ? 303 : (answer.status ?? 200), {
    'Content-Type': 'text/html; charset=utf-8',
    'Set-Cookie': `example=${name}; Path=/; HttpOnly; SameSite=Lax`,
    ...(answer.location ? { Location: answer.location } : {}),
  })
  response.end(answer.html)
}).listen(new URL(home).port, () => console.log(`Open ${home}`))
