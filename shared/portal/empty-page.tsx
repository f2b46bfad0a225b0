import { Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import { Empty } from './parts.tsx'

/** A list of an organization that has no connector yet. */
export function emptyPage(page: {
  readonly title: string
  readonly current: string
  readonly chrome: Chrome
}): string {
  return toHtml(
    <Portal {...page}>
      <h1>{page.title}</h1>
      <Empty>There is nothing here yet. Add a connector in Organization Setup first.</Empty>
    </Portal>,
  )
}
