import type { Values } from './table.ts'

/** UTF-16 units per property: below the 32,768 of a string property. */
const CHUNK = 30_000

/** A long text as properties `{name}0`, `{name}1`, … */
export function toChunks(name: string, text: string): Record<string, string> {
  const chunks: Record<string, string> = {}
  let start = 0
  for (let i = 0; start < text.length || i === 0; i++) {
    const end = wholeEnd(text, start + CHUNK)
    chunks[`${name}${i}`] = text.slice(start, end)
    start = end
  }
  return chunks
}

/** Never between the halves of a surrogate pair: a property with one half cannot be read again. */
function wholeEnd(text: string, end: number): number {
  return end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
}

/** The text that `toChunks` cut; '' where there is none. */
export function fromChunks(name: string, values: Values): string {
  let text = ''
  for (let i = 0; ; i++) {
    const chunk = values[`${name}${i}`]
    if (typeof chunk !== 'string') return text
    text += chunk
  }
}
