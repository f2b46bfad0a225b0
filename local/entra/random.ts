import { createHash } from 'node:crypto'

/** 2^32, the number of values of the first four bytes of a digest. */
const UINT32_VALUES = 0x1_0000_0000

/** A number in [0, 1) that depends on nothing but the seed and the words: the same question has one answer for ever. */
export function seededFraction(seed: number, ...words: readonly (string | number)[]): number {
  return digest(seed, words).readUInt32BE(0) / UINT32_VALUES
}

/** Takes one element of a list by seed and words. An empty list is a programming error. */
export function seededPick<T>(list: readonly T[], seed: number, ...words: readonly (string | number)[]): T {
  const picked = list[Math.floor(seededFraction(seed, ...words) * list.length)]
  if (picked === undefined) throw new Error('Nothing to pick from.')
  return picked
}

/** An object id in the form of a random UUID (RFC 9562, version 4) that seed and words determine. */
export function seededUuid(seed: number, ...words: readonly (string | number)[]): string {
  const bytes = digest(seed, words).subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function digest(seed: number, words: readonly (string | number)[]): Buffer {
  return createHash('sha256')
    .update([seed, ...words].join('\u0000'))
    .digest()
}
