import { badRequest } from '../../kernel/failure.ts'
import { isPrototypeKey } from '../../kernel/json.ts'
import { LIMITS } from '../../kernel/limits.ts'
import type { AttributePath, Filter, Literal, Operator } from './ast.ts'

/*
 * Recursive descent over the grammar of RFC 7644 §3.4.2.2 and §3.5.2, linear in the length of the text. Beyond the
 * grammar it takes what clients send: `emails[type eq "work"].value eq "x"` (Entra) and literals without quotes.
 */

interface Reader {
  /** What a wrong attribute name is called: depends on where the text stood. */
  readonly wrongName: 'invalidFilter' | 'invalidPath'
  readonly text: string
  at: number
  depth: number
  terms: number
}

const OPERATORS: readonly Operator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']
const NAME = /[^\s()[\]"=,]*/y
const WORD = /[^\s)\]]*/y
const ATTRIBUTE = /^\$?[A-Za-z][\w$-]*$/

/** Parses a whole filter; anything else is 400 `invalidFilter`. */
export function parseFilter(text: string): Filter {
  if (text.length > LIMITS.filterCharacters)
    badRequest('invalidFilter', `The filter is longer than ${LIMITS.filterCharacters} characters.`)
  const reader: Reader = { wrongName: 'invalidFilter', text, at: 0, depth: 0, terms: 0 }
  const filter = readOr(reader)
  skipBlanks(reader)
  return reader.at === text.length ? filter : refuse(reader, 'has something left over')
}

/** Parses a PATCH path: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each with a URN before it. 400 `invalidPath`. */
export function parsePath(text: string): AttributePath {
  const reader: Reader = { wrongName: 'invalidPath', text: text.trim(), at: 0, depth: 0, terms: 0 }
  if (text.length > LIMITS.filterCharacters) badRequest('invalidPath', 'The path is too long.')
  const path = readPath(reader)
  if (reader.at !== reader.text.length)
    badRequest('invalidPath', `The path "${text.slice(0, 200)}" cannot be read.`)
  return path
}

function readOr(reader: Reader): Filter {
  return readList(reader, 'or', () => readList(reader, 'and', () => readTerm(reader)))
}

function readList(reader: Reader, kind: 'and' | 'or', next: () => Filter): Filter {
  const first = next()
  const terms = [first]
  while (takeWord(reader, kind)) terms.push(next())
  return terms.length === 1 ? first : { kind, terms }
}

function readTerm(reader: Reader): Filter {
  if (++reader.terms > LIMITS.filterTerms)
    badRequest('invalidFilter', `The filter has more than ${LIMITS.filterTerms} terms.`)
  skipBlanks(reader)
  if (reader.text[reader.at] === '(') return readNested(reader, '(', ')')
  const start = reader.at
  if (takeWord(reader, 'not')) {
    skipBlanks(reader)
    if (reader.text[reader.at] === '(') return { kind: 'not', term: readNested(reader, '(', ')') }
    reader.at = start
  }
  return readComparison(reader)
}

function readNested(reader: Reader, open: string, close: string): Filter {
  if (++reader.depth > LIMITS.filterDepth)
    badRequest('invalidFilter', `The filter is nested deeper than ${LIMITS.filterDepth} levels.`)
  expect(reader, open)
  const filter = readOr(reader)
  skipBlanks(reader)
  expect(reader, close)
  reader.depth--
  return filter
}

function readComparison(reader: Reader): Filter {
  const path = readPath(reader)
  skipBlanks(reader)
  const operator = peekWord(reader).toLowerCase()
  if (operator === 'pr') {
    reader.at += 2
    return { kind: 'present', path }
  }
  const known = OPERATORS.find((name) => name === operator)
  if (known === undefined) {
    if (path.filter !== undefined && path.sub === undefined) return { kind: 'matches', path }
    return refuse(reader, 'needs an operator such as eq')
  }
  reader.at += operator.length
  if (!isBlank(reader.text[reader.at])) refuse(reader, 'needs a space behind the operator')
  skipBlanks(reader)
  return { kind: 'compare', path, operator: known, value: readLiteral(reader) }
}

function readPath(reader: Reader): AttributePath {
  skipBlanks(reader)
  const name = readName(reader)
  // The URN ends at its last colon; dots before that belong to its version ("2.0").
  const colon = name.lastIndexOf(':')
  const urn = colon < 0 ? undefined : name.slice(0, colon)
  const [attribute = '', sub, ...more] = name.slice(colon + 1).split('.')
  if (more.length > 0 || !isName(attribute) || (sub !== undefined && !isName(sub)))
    return badPath(reader, name)
  if (reader.text[reader.at] !== '[' || sub !== undefined) return { urn, attribute, filter: undefined, sub }
  const filter = readNested(reader, '[', ']')
  return { urn, attribute, filter, sub: readSub(reader) }
}

function readSub(reader: Reader): string | undefined {
  if (reader.text[reader.at] !== '.') return undefined
  reader.at++
  const sub = readName(reader)
  return isName(sub) ? sub : badPath(reader, sub)
}

function isName(text: string): boolean {
  return ATTRIBUTE.test(text) && !isPrototypeKey(text)
}

function badPath(reader: Reader, name: string): never {
  return badRequest(
    reader.wrongName,
    `"${name.slice(0, 200)}" in "${reader.text.slice(0, 200)}" is not an attribute path.`,
  )
}

function readName(reader: Reader): string {
  return take(reader, NAME)
}

/** What a sticky pattern finds where the reader stands. */
function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? ''
  reader.at += found.length
  return found
}

function readLiteral(reader: Reader): Literal {
  if (reader.text[reader.at] === '"') return readString(reader)
  const word = take(reader, WORD)
  if (word === '') return refuse(reader, 'needs a value behind the operator')
  if (/^(true|false)$/i.test(word)) return word.toLowerCase() === 'true'
  if (/^null$/i.test(word)) return null
  // A number only where it says the same when written again: `externalId eq 12345678901234567890` keeps its digits.
  return String(Number(word)) === word && Number.isFinite(Number(word)) ? Number(word) : word
}

function readString(reader: Reader): string {
  const start = reader.at++
  while (reader.at < reader.text.length && reader.text[reader.at] !== '"')
    reader.at += reader.text[reader.at] === '\\' ? 2 : 1
  if (reader.text[reader.at] !== '"') refuse(reader, 'has a text without its closing quote')
  reader.at++
  try {
    const value: unknown = JSON.parse(reader.text.slice(start, reader.at))
    return String(value)
  } catch {
    return refuse(reader, 'has a text that is not a JSON string')
  }
}

function takeWord(reader: Reader, word: string): boolean {
  skipBlanks(reader)
  const end = reader.at + word.length
  if (reader.text.slice(reader.at, end).toLowerCase() !== word) return false
  const next = reader.text[end]
  if (next !== undefined && next !== '(' && !isBlank(next)) return false
  reader.at = end
  return true
}

function peekWord(reader: Reader): string {
  return reader.text.slice(reader.at, reader.at + 3).match(/^[A-Za-z]{2}(?![A-Za-z])/)?.[0] ?? ''
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

function skipBlanks(reader: Reader): void {
  while (isBlank(reader.text[reader.at])) reader.at++
}

function expect(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) refuse(reader, `needs a "${character}"`)
  reader.at++
}

function refuse(reader: Reader, what: string): never {
  return badRequest(
    'invalidFilter',
    `The filter ${what} at character ${reader.at + 1}: ${reader.text.slice(0, 200)}`,
  )
}
