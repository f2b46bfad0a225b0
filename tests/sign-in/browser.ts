export interface Cookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: string
}

export interface Page {
  readonly url: URL
  /** 0 where the browser would have left the world of the test. */
  readonly status: number
  readonly html: string
  readonly headers: Headers
  /** Every address on the way, this one included. */
  readonly visited: readonly URL[]
  /** As they came, on the way. */
  readonly setCookies: readonly string[]
}

interface Visit {
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly method?: string
  /** Stops before the first redirect. */
  readonly stay?: boolean
}

/** Follows redirects by hand, keeps cookies by a browser's rules, and stops at addresses that nobody serves here. */
export interface Browser {
  readonly open: (url: string | URL, visit?: Visit) => Promise<Page>
  readonly cookies: () => readonly Cookie[]
  readonly setCookie: (cookie: Cookie) => void
  /** What a thief of all its cookies has. */
  readonly copy: () => Browser
}

const MAX_HOPS = 12

/** A new browser. `hosts`: public origins and where they really listen. */
export function newBrowser(hosts: ReadonlyMap<string, string>, given: readonly Cookie[] = []): Browser {
  let jar: Cookie[] = [...given]
  const put = (cookie: Cookie): void => {
    const isSame = ({ host, name, path }: Cookie): boolean =>
      host === cookie.host && name === cookie.name && path === cookie.path
    jar = jar.filter((known) => !isSame(known))
    jar.push(cookie)
  }
  const keep = (url: URL, lines: readonly string[]): void => {
    for (const line of lines) {
      const cookie = parseCookie(url, line)
      if (cookie === undefined) continue
      put(cookie)
      if (/;\s*max-age=0\b|;\s*expires=thu, 01 jan 1970/i.test(line))
        jar = jar.filter((one) => one !== cookie)
    }
  }
  const cookiesFor = (url: URL): string =>
    jar
      .filter(
        ({ host, path }) => host === url.host && `${url.pathname}/`.startsWith(`${path.replace(/\/$/, '')}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  const ask = async (url: URL, { form, headers = {}, method }: Visit): Promise<Response> => {
    const real = hosts.get(url.origin)
    const target = real === undefined ? url : new URL(url.pathname + url.search, real)
    const own = form === undefined ? {} : { origin: url.origin, 'sec-fetch-site': 'same-origin' }
    return fetch(target, {
      redirect: 'manual',
      method: method ?? (form === undefined ? 'GET' : 'POST'),
      headers: { cookie: cookiesFor(url), ...own, ...headers },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    })
  }
  return {
    cookies: () => jar,
    setCookie: put,
    copy: () => newBrowser(hosts, jar),
    async open(start, visit = {}) {
      const visited: URL[] = []
      const setCookies: string[] = []
      let url = new URL(start)
      for (let hop = 0; hop < MAX_HOPS; hop++) {
        visited.push(url)
        const isServed = hosts.has(url.origin) || url.hostname === '127.0.0.1'
        const nowhere = { url, status: 0, html: '', headers: new Headers(), visited, setCookies }
        if (!isServed) return nowhere
        const response = await ask(url, hop === 0 ? visit : {})
        const lines = response.headers.getSetCookie()
        setCookies.push(...lines)
        keep(url, lines)
        const html = await response.text()
        const next = nextOf(response, html)
        const page = { url, status: response.status, html, headers: response.headers, visited, setCookies }
        if (next === undefined || visit.stay === true) return page
        url = new URL(next, url)
      }
      throw new Error(`The browser was sent around in circles: ${url.href}`)
    },
  }
}

/** By status, or by the page itself. */
function nextOf(response: Response, html: string): string | undefined {
  const location = response.headers.get('location')
  if (location !== null && response.status >= 300 && response.status < 400) return location
  const [, refresh] = /<meta http-equiv="refresh" content="0; url=([^"]+)"/.exec(html) ?? []
  return refresh?.replaceAll('&amp;', '&')
}

function parseCookie(url: URL, line: string): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  const has = (text: string): boolean => attributes.some((part) => part.toLowerCase() === text)
  const path = attributes.find((part) => /^path=/i.test(part))?.slice(5) ?? '/'
  // A browser drops such a cookie without a word.
  const isPrefixed = name.startsWith('__Host-')
  if (isPrefixed && !(has('secure') && path === '/' && !attributes.some((part) => /^domain=/i.test(part))))
    return undefined
  return pair.length > 4096 ? undefined : { host: url.host, path, name, value }
}

/** Presses a button of a page's form that stands at the page's own address. */
export async function press(browser: Browser, page: Page, name: string, value: string): Promise<Page> {
  return browser.open(`${page.url.origin}${page.url.pathname}`, { form: { [name]: value } })
}

/** Presses one of the forms' buttons of our own pages, with its hidden fields. */
export async function submit(browser: Browser, page: Page, fields: Record<string, string>): Promise<Page> {
  const [, action = page.url.pathname] = /<form method="post" action="([^"]+)"/.exec(page.html) ?? []
  const hidden = [...page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...fields }
  return browser.open(new URL(action.replaceAll('&amp;', '&'), page.url), { form })
}

/** The heading of a page of ours. */
export function headingOf({ html }: Pick<Page, 'html'>): string | undefined {
  return /<h1>([^<]*)<\/h1>/.exec(html)?.[1]
}
