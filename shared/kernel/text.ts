/**
 * The form in which unique and indexed values are compared: NFKC, lower case, NFC.
 * Never `toLocaleLowerCase` (Turkish i) and never upper case (ı would become I).
 */
export function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex -- plain ASCII, the common case, folds by lower case alone
  return /^[\x00-\x7f]*$/.test(text)
    ? text.toLowerCase()
    : text.normalize('NFKC').toLowerCase().normalize('NFC')
}

/**
 * Whether a value that a client sent is this text in any case. Never by `String(value)`: an object whose `toString` is
 * no function makes that throw.
 */
export function isText(value: unknown, text: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === text.toLowerCase()
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
