import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import type { Chrome } from '../shared/portal/chrome.tsx'
import { emptyPage } from '../shared/portal/empty-page.tsx'

/** The answer of a list in an organization that has no connector yet. */
export function noConnector(title: string, current: string, chrome: Chrome): BrowserAnswer {
  return { status: 200, html: emptyPage({ title, current, chrome }) }
}
