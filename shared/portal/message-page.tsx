import type { JSX } from 'preact'
import { Facts, Layout, toHtml, type Reference } from './layout.tsx'

export interface Action {
  readonly label: string
  readonly href: string
}

export interface Message {
  readonly heading: string
  /** What happened. */
  readonly sentence: string
  /** What to do, where the sentence does not say it. */
  readonly advice?: string | undefined
  /** The first one is the usual way on. */
  readonly actions: readonly Action[]
  readonly reference?: Reference | undefined
}

/** A page that says one thing, and what to do about it. */
export function messagePage(message: Message): string {
  return toHtml(<MessagePage {...message} />)
}

function MessagePage({ heading, sentence, advice, actions, reference }: Message): JSX.Element {
  return (
    <Layout title={heading}>
      <h1>{heading}</h1>
      <p>{sentence}</p>
      {advice === undefined ? null : <p>{advice}</p>}
      <Actions actions={actions} />
      {reference === undefined ? null : <Facts {...reference} />}
    </Layout>
  )
}

function Actions({ actions }: Pick<Message, 'actions'>): JSX.Element | null {
  if (actions.length === 0) return null
  return (
    <div class="actions">
      {actions.map(({ label, href }, index) => (
        <a key={href} class={index === 0 ? 'button' : 'button quiet'} href={href}>
          {label}
        </a>
      ))}
    </div>
  )
}

/** On the way to somewhere else: a form may not lead there itself, so this page does, with or without being read. */
export function leavingPage({ href, place }: { readonly href: string; readonly place: string }): string {
  return toHtml(
    <Layout title={`To ${place}`} refresh={href}>
      <h1>{`Taking you to ${place}`}</h1>
      <p class="waiting">One moment.</p>
      <div class="actions">
        <a class="button quiet" href={href}>
          Continue
        </a>
      </div>
    </Layout>,
  )
}
