import type { Values } from './table.ts'

/** UTF-16 units per property: below the 32,768 of a string property. */
const CHUNK = 30_000

/** A long text as properties `{name}0`, `{name}1`, … */
export function toChunks(name: string, text: string): Record<string, string> {
  const chunks: Record<string, string> = {}
  for (let i = 0; i * CHUNK < text.length || i === 0; i++)
    chunks[`${name}${i}`] = text.slice(i * CHUNK, (i + 1) * CHUNK)
  return chunks
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
