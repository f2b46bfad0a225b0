import type { ComponentChildren, JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { hrefOf, ICON, STYLE } from './assets.ts'

interface Page {
  readonly title: string
  /** Goes there by itself: by the browser, without a script. */
  readonly refresh?: string | undefined
  readonly children: ComponentChildren
}

/** A whole document. */
export function toHtml(page: JSX.Element): string {
  return `<!doctype html>${renderToString(page)}`
}

/** What a page is before anybody is known: a card in the middle. */
export function Layout({ title, refresh, children }: Page): JSX.Element {
  return (
    <Document title={title} refresh={refresh}>
      <header class="brand">
        <Brand />
      </header>
      <main>
        <div class="card">{children}</div>
      </main>
      <footer class="foot">Sign-in by Microsoft Entra ID</footer>
    </Document>
  )
}

/** What all pages have in common. */
export function Document(props: Page & { readonly kind?: 'portal' }): JSX.Element {
  const { title, refresh, children, kind } = props
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {refresh === undefined ? null : <meta http-equiv="refresh" content={`0; url=${refresh}`} />}
        <title>{`${title} · Gatehouse`}</title>
        <link rel="stylesheet" href={hrefOf(STYLE)} />
        <link rel="icon" type="image/svg+xml" href={hrefOf(ICON)} />
      </head>
      <body class={kind}>{children}</body>
    </html>
  )
}

export function Brand(): JSX.Element {
  return (
    <a href="/">
      <img src={hrefOf(ICON)} alt="" width="30" height="30" />
      Gatehouse
    </a>
  )
}

export interface Reference {
  readonly correlationId: string
  /** ISO. */
  readonly time: string
  /** By which Microsoft's support finds the request. */
  readonly traceId?: string | undefined
}

/** What an administrator or support asks for: never needed to read the page. */
export function Facts({ correlationId, time, traceId }: Reference): JSX.Element {
  return (
    <dl class="facts">
      <dt>Reference</dt>
      <dd>
        <code>{correlationId}</code>
      </dd>
      {traceId === undefined ? null : (
        <>
          <dt>Microsoft trace</dt>
          <dd>
            <code>{traceId}</code>
          </dd>
        </>
      )}
      <dt>Time</dt>
      <dd>
        <time dateTime={time}>{`${time.slice(0, 10)} ${time.slice(11, 19)} UTC`}</time>
      </dd>
    </dl>
  )
}
