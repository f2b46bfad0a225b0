import { createHash, randomBytes } from 'node:crypto'
import { PUBLIC_BASE_URL, send, type Answer } from '../support/gatehouse.ts'
import { press, type Browser } from '../sign-in/browser.ts'
import { personAt, startStack, type Joined, type Stack } from '../sign-in/stack.ts'
import { APP_SCHEME, CALLBACK, CLIENTS, newVerifier, SECRET, type Form } from './fixtures.ts'

/** The product as the platform's clients meet it: over HTTP, with a person who signs in at the tenant of this machine. */
export interface Op {
  readonly stack: Stack
  readonly joined: Joined
  /** Our id of the person. */
  readonly user: string
  readonly objectId: string
  /** Signs the person in for a client; the query that its address gets. */
  authorize(parameters?: Form, browser?: Browser): Promise<URLSearchParams>
  /** The same with a verifier of its own, ready to be redeemed. */
  signIn(client: string, parameters?: Form): Promise<Form>
  token(form: Form | string, headers?: Form): Promise<Answer>
  /** Tokens of a new sign-in. */
  tokens(client: string, parameters?: Form): Promise<Form>
  get(path: string, headers?: Form): Promise<Answer>
}

export async function startOp(): Promise<Op> {
  const stack = await startStack({ PLATFORM_CLIENTS: CLIENTS })
  const { url } = stack.gatehouse
  const joined = await stack.join()
  const { objectId } = personAt(stack, 0)
  const user = await joined.provision(personAt(stack, 0))
  const op: Op = {
    stack,
    joined,
    user,
    objectId,
    async authorize(parameters = {}, browser = stack.browser()) {
      const start = new URL(`${PUBLIC_BASE_URL}/auth/authorize`)
      const all = { ...defaults(joined.id), ...parameters }
      for (const [name, value] of Object.entries(all)) if (value !== '') start.searchParams.set(name, value)
      const picker = await browser.open(start)
      const end = picker.status === 0 ? picker : await press(browser, picker, 'account', objectId)
      return end.url.searchParams
    },
    async signIn(client, parameters = {}) {
      const { verifier, codeChallenge } = newVerifier()
      const redirect_uri = client === 'app' ? APP_SCHEME : CALLBACK
      const sent = { client_id: client, redirect_uri, code_challenge: codeChallenge, ...parameters }
      const code = (await op.authorize(sent)).get('code') ?? ''
      return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri }
    },
    token: (form, headers) => post(`${url}/auth/token`, form, headers),
    async tokens(client, parameters) {
      const form = await op.signIn(client, parameters)
      return (await op.token({ ...form, ...credentials(client) })).json
    },
    get: (path, headers = {}) => send(url + path, { method: 'GET', headers }),
  }
  return op
}

/** A form, as clients send it. */
export function post(url: string, form: Form | string, headers: Form = {}): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
  return send(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

export function credentials(client: string): Form {
  return client === 'portal' ? { client_id: client, client_secret: SECRET } : { client_id: client }
}

export function basic(id: string, secret: string): Form {
  const encoded = [id, secret].map(encodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }
}

function defaults(connector: string): Form {
  return {
    client_id: 'portal',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile email',
    state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    connector,
  }
}
