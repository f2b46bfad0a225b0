import { NAMES, oddValue } from './corpus.ts'
import type { Random } from './random.ts'

/** What the placeholders of the corpus become. */
export interface Known {
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

/** The text of a value with its placeholders filled in. Names come from few, so that they clash. */
export function fill(text: string, random: Random, { users, groups }: Known): string {
  return text.replaceAll(/\$(user|group|name|text)/g, (_, kind: string) => {
    if (kind === 'user') return random.pick(users)
    if (kind === 'group') return random.pick(groups)
    return kind === 'name' ? `n${random.index(300)}` : random.pick(['a', 'b', 'Holt', 'x y', '\\"', 'é'])
  })
}

/** A copy with some places changed. */
export function bend(value: unknown, random: Random): unknown {
  let bent = value
  while (random.chance(0.55)) bent = change(bent, random)
  return bent
}

/** Goes down a random way and changes what is at its end. */
function change(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return replaced(value, random)
  if (Array.isArray(value)) return changeList(value, random)
  const entries: [string, unknown][] = Object.entries(value)
  const at = random.index(entries.length)
  const [name, part] = entries[at] ?? ['', undefined]
  const kind = random.index(15)
  if (kind < 10) entries[at] = [name, change(part, random)]
  else if (kind === 10) entries.splice(at, 1)
  else if (kind === 11) entries[at] = [random.pick(NAMES), part]
  else if (kind === 12) entries.push([random.chance(0.5) ? name.toUpperCase() : name.toLowerCase(), part])
  else entries.push([random.pick(NAMES), kind === 13 ? oddValue(random) : part])
  return Object.fromEntries(entries)
}

function changeList(list: readonly unknown[], random: Random): unknown {
  if (list.length === 0) return [oddValue(random)]
  const at = random.index(list.length)
  const kind = random.index(12)
  if (kind < 8) return list.with(at, change(list[at], random))
  if (kind === 8) return list.toSpliced(at, 1)
  if (kind === 9) return [...list, list[at]]
  return kind === 10 ? [...list, oddValue(random)] : [...list].toReversed()
}

function replaced(value: unknown, random: Random): unknown {
  const kind = random.index(8)
  if (kind === 0) return [value]
  if (kind === 1) return { value }
  if (kind === 2) return JSON.stringify(value)
  if (kind === 3 && typeof value === 'string') return value + value
  if (kind === 4 && typeof value === 'string') return value.slice(random.index(value.length))
  return oddValue(random)
}

/** A text with pieces put in, cut out or doubled. */
export function bendText(text: string, random: Random, pieces: readonly string[]): string {
  let bent = text
  do {
    const [from, to] = [random.index(bent.length + 1), random.index(bent.length + 1)]
    const [first, last] = [Math.min(from, to), Math.max(from, to)]
    const kind = random.index(6)
    if (kind < 3) bent = bent.slice(0, first) + random.pick(pieces) + bent.slice(first)
    else if (kind === 3) bent = bent.slice(0, first) + bent.slice(Math.min(last, first + 8))
    else if (kind === 4) bent = bent.slice(0, first)
    else bent = bent.slice(0, last) + bent.slice(first)
  } while (bent.length < 5_000 && random.chance(0.4))
  return bent
}
