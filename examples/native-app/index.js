// A desktop app whose people sign in through Gatehouse: node examples/native-app [e-mail address], beside npm start.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as openid from 'openid-client'

const issuer =
  process.env.ISSUER ??
  JSON.parse(readFileSync(new URL('../../.local/run.json', import.meta.url), 'utf8')).url
// Plain http is for one machine only; an app of the world leaves this out.
const options = { execute: issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [] }
const config = await openid.discovery(new URL(issuer), 'example-app', undefined, openid.None(), options)
openid.enableNonRepudiationChecks(config)

// The answer comes to this machine alone, to a port that nobody had before (RFC 8252, section 7.3).
const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const home = `http://127.0.0.1:${server.address().port}`
const verifier = openid.randomPKCECodeVerifier()
const state = openid.randomState()
const nonce = openid.randomNonce()
const url = openid.buildAuthorizationUrl(config, {
  redirect_uri: `${home}/callback`,
  scope: 'openid profile email offline_access',
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
  ...(process.argv[2] ? { login_hint: process.argv[2] } : {}),
})
// The browser of the system, never a view inside the app: the password is not for the app to see.
console.log(`Open this address in your browser:\n${url.href}`)

const answer = await new Promise((resolve) =>
  server.on('request', (request, response) => {
    const isAnswer = request.url.startsWith('/callback')
    response.writeHead(isAnswer ? 200 : 404, { 'Content-Type': 'text/plain', Connection: 'close' })
    response.end(isAnswer ? 'You can close this window and go back to the app.' : '')
    if (isAnswer) resolve(new URL(request.url, home))
  }),
)
server.close()

try {
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  }
  const tokens = await openid.authorizationCodeGrant(config, answer, checks)
  const { sub } = tokens.claims()
  const person = await openid.fetchUserInfo(config, tokens.access_token, sub)
  console.log(`Signed in: ${person.name} <${person.email}> of organization %s`, person.org)
  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token)
  console.log(`The new access token is good for ${fresh.expires_in} seconds.`)
  await openid.tokenRevocation(config, fresh.refresh_token)
  console.log('Signed out.')
} catch (error) {
  console.error(`Not signed in: ${error.error_description ?? error.code ?? error.name}`)
  process.exitCode = 1
}
