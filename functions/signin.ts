import { findHomeRealm } from '../shared/connectors/home-realm.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { leavingPage } from '../shared/portal/message-page.tsx'
import { signInPage } from '../shared/portal/sign-in-page.tsx'
import { sealHint } from '../shared/session/login-hint.ts'
import { withQuery } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'

const TYPED_LENGTH = 320

/*
 * Where nobody knows yet which organization somebody belongs to. What is typed travels in a form and then in a sealed
 * cookie, never in a URL. The page between the form and Microsoft is there because a browser follows no form to another
 * host (`form-action`), however many redirects later.
 */

/** What the person came with: an authorization request of a client, or the page of ours that they wanted. */
function actionOf({ query }: PageRequest): string {
  return query.size === 0 ? '/signin' : `/signin?${query.toString()}`
}

async function ask(request: PageRequest): Promise<BrowserAnswer> {
  return { status: 200, html: signInPage({ action: actionOf(request), isUnknown: false, typed: '' }) }
}

async function find(request: PageRequest): Promise<BrowserAnswer> {
  const { store, finder, sealer } = request.services
  const typed = (request.form.get('account') ?? '').slice(0, TYPED_LENGTH).trim()
  const id = await findHomeRealm(store, typed)
  const connector = id === undefined ? undefined : await finder.find(id)
  if (connector === undefined) {
    const html = signInPage({ action: actionOf(request), isUnknown: true, typed })
    return { status: 200, html, log: { reason: 'home-realm-unknown' } }
  }
  const hint = typed.includes('@') ? [await sealHint(sealer, typed, request.now)] : []
  const html = leavingPage({ href: nextOf(request, connector.id), place: 'Microsoft' })
  return { status: 200, html, cookies: hint, log: { connector: connector.id } }
}

function nextOf({ query }: PageRequest, connector: string): string {
  if (!query.has('client_id'))
    return withQuery(`/auth/${connector}/web/login`, { returnTo: query.get('returnTo') ?? undefined })
  const carried = new URLSearchParams(query)
  carried.set('connector', connector)
  return `/auth/authorize?${carried.toString()}`
}

registerPage('signin', { template: 'signin', methods: { GET: ask, POST: find } })
