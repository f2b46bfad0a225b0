import type { Demo } from './demo-connector.ts'
import type { Manage } from './manage.ts'
import type { EntraApplication } from './run-file.ts'

interface ConnectorOidc {
  readonly oidc: { readonly active: { readonly authority: string; readonly clientId: string } | null }
}

const SHORT_NAME = 'contoso'
const MAX_HOPS = 12

/**
 * Connects the demo's sign-in as an administrator would: the organization's names, what Entra shows of the application,
 * and the test whose success makes it active. `isKept`: the server can still read what an earlier start gave it.
 */
export async function connectSignIn(
  manage: Manage,
  { organization, connector }: Pick<Demo, 'organization' | 'connector'>,
  entra: EntraApplication,
  { domain, isKept }: { readonly domain: string; readonly isKept: boolean },
): Promise<void> {
  const path = `organizations/${organization}/connectors/${connector}`
  const { oidc } = await manage<ConnectorOidc>('GET', path)
  const { issuer, clientId, clientSecret } = entra
  if (isKept && oidc.active?.authority === issuer && oidc.active.clientId === clientId) return
  await manage('PATCH', `organizations/${organization}`, { shortName: SHORT_NAME, domains: [domain] })
  await manage('PATCH', path, { oidc: { authority: issuer, clientId, clientSecret } })
  const { url } = await manage<{ url: string }>('POST', `${path}/test-sign-in`, { platform: 'web' })
  await testSignIn(url)
}

/** What a person would do with the link: choose the first account of the tenant's page, and read the result. */
async function testSignIn(link: string): Promise<void> {
  const visit = newVisitor()
  const picker = await visit(link)
  const [, account] = /name="account" value="([^"]+)"/.exec(picker.html) ?? []
  if (account === undefined) throw new Error('The local Entra tenant offers nobody to sign in.')
  const { origin, pathname } = new URL(picker.url)
  const result = await visit(origin + pathname, new URLSearchParams({ account }))
  if (!result.html.includes('The test succeeded')) throw new Error('The test of the sign-in failed.')
}

type Visit = (url: string, form?: URLSearchParams) => Promise<{ url: string; html: string }>

/** Follows redirects with its cookies, as a browser does. */
function newVisitor(): Visit {
  const jar = new Map<string, string>()
  return async (start, form) => {
    let url = start
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const isForm = form !== undefined && hop === 0
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(isForm ? { method: 'POST', body: form } : {}),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        jar.set(name, value)
      }
      const location = response.headers.get('location')
      if (location === null) return { url, html: await response.text() }
      url = new URL(location, url).href
    }
    throw new Error('The test of the sign-in goes around in circles.')
  }
}
