import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 43 characters of 62 carry 256 bits; six hold any CRC-32. */
const RANDOM_LENGTH = 43
const CHECKSUM_LENGTH = 6
const WELL_FORMED = /^(gh_[a-z]+_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

/** What a secret is for; the prefix lets secret scanners recognise a leaked one. */
export type SecretKind = 'scim' | 'setup'

/** A new secret: `gh_{kind}_`, 43 random characters and their checksum. Shown once, stored only as a hash. */
export function newSecret(kind: SecretKind): string {
  const body = `gh_${kind}_${randomToken()}`
  return body + checksum(body)
}

/** 256 random bits in 43 characters of 0-9A-Za-z, for what no person copies: codes, tokens. */
export function randomToken(): string {
  return Array.from({ length: RANDOM_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('')
}

/** Whether the text can be a secret of ours at all: junk is refused without touching storage. */
export function isWellFormedSecret(kind: SecretKind, text: string): boolean {
  const [, body, check] = WELL_FORMED.exec(text) ?? []
  return body !== undefined && body.startsWith(`gh_${kind}_`) && checksum(body) === check
}

/** SHA-256 in hex. 256 random bits need no slow hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Compares two hashes of equal length in constant time. */
export function sameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Compares two texts of any length in constant time: what a browser brought with what it was given. */
export function sameText(left: string, right: string): boolean {
  return sameHash(hashSecret(left), hashSecret(right))
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = (BASE62[rest % 62] ?? '') + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
