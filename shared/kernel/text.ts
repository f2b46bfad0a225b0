/**
 * The form in which unique and indexed values are compared: NFKC, lower case, NFC.
 * Never `toLocaleLowerCase` (Turkish i) and never upper case (ı would become I).
 */
export function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex -- plain ASCII, the common case, folds by lower case alone
  return /^[\x00-\x7f]*$/.test(text)
    ? text.toLowerCase()
    : text.replace(LONG_MARKS, '$&\u034f').normalize('NFKC').toLowerCase().normalize('NFC')
}

/**
 * More combining marks in a row than text has (UAX #15, Stream-Safe Text Format): normalizing sorts them, in time that
 * grows with the square of their number. A joiner behind every thirty bounds that.
 */
const LONG_MARKS = /[\p{M}--\u034f]{30}(?!\u034f)/gv

/** The longest part that the engine finds in a text in time that grows with their lengths alone. */
const LINEAR_PART = 250

/** Whether a part is in a text; for a long part never in time that grows with the product of the lengths. */
export function contains(text: string, part: string): boolean {
  if (part.length <= LINEAR_PART) return text.includes(part)
  return part.length <= text.length && findLong(text, part)
}

/** Knuth, Morris and Pratt: no character of the text is looked at twice. */
function findLong(text: string, part: string): boolean {
  const back = new Int32Array(part.length)
  const extend = (matched: number, character: number): number => {
    let length = matched
    while (length > 0 && part.charCodeAt(length) !== character) length = back[length - 1] ?? 0
    return part.charCodeAt(length) === character ? length + 1 : length
  }
  for (let i = 1; i < part.length; i++) back[i] = extend(back[i - 1] ?? 0, part.charCodeAt(i))
  let matched = 0
  for (let i = 0; i < text.length && matched < part.length; i++) matched = extend(matched, text.charCodeAt(i))
  return matched === part.length
}

/**
 * Whether a value that a client sent is this text, of ASCII letters, in any case. Never by `String(value)`: an object whose `toString` is
 * no function makes that throw.
 */
export function isText(value: unknown, text: string): boolean {
  return (
    typeof value === 'string' && value.length === text.length && value.toLowerCase() === text.toLowerCase()
  )
}

/** Control characters and lone surrogates: Table Storage takes some of them and then cannot return them. */
export function hasUnstorableCharacters(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the point of the check
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) || !text.isWellFormed()
}

/** At most `length` UTF-16 units, with an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
}
