import { createHash, randomInt } from 'node:crypto'

/** Crockford's base 32: no I, L, O or U, which people take for other characters. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 characters carry 80 bits; four more tell a slip of the finger without touching storage. */
const RANDOM_LENGTH = 16
const CHECK_LENGTH = 4
const GROUP_LENGTH = 4
/** Says what the code is, to people and to secret scanners. */
const PREFIX = 'GHR'

/** A new code: `GHR-` and five groups of four characters. Shown once, stored only as a hash. */
export function newRecoveryCode(): string {
  const body = Array.from({ length: RANDOM_LENGTH }, () => DIGITS[randomInt(DIGITS.length)]).join('')
  return toText(body + check(body))
}

/** The code as we made it, from what a person typed: any case, any blanks and hyphens, O for 0, I and L for 1. */
export function parseRecoveryCode(text: string): string | undefined {
  if (text.length > 100) return undefined
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const body = plain.startsWith(PREFIX) ? plain.slice(PREFIX.length) : plain
  if (!/^[0-9A-HJKMNP-TV-Z]{20}$/.test(body)) return undefined
  return check(body.slice(0, RANDOM_LENGTH)) === body.slice(RANDOM_LENGTH) ? toText(body) : undefined
}

function toText(body: string): string {
  return [PREFIX, ...(body.match(new RegExp(`.{${GROUP_LENGTH}}`, 'g')) ?? [])].join('-')
}

function check(body: string): string {
  const hash = createHash('sha256').update(`${PREFIX}${body}`).digest()
  return Array.from(hash.subarray(0, CHECK_LENGTH), (byte) => DIGITS[byte % DIGITS.length]).join('')
}
