import type { JSX } from 'preact'

/** A moment to the minute. */
export function Time({ at }: { readonly at: string }): JSX.Element {
  return <time dateTime={at}>{`${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}</time>
}
