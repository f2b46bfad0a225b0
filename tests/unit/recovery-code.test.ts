import { describe, expect, it } from 'vitest'
import { newRecoveryCode, parseRecoveryCode } from '../../shared/kernel/recovery-code.ts'

const SPELLINGS: readonly (readonly [string, (code: string) => string])[] = [
  ['as it was shown', (code) => code],
  ['in small letters', (code) => code.toLowerCase()],
  ['without hyphens', (code) => code.replaceAll('-', '')],
  ['with blanks, a tab and a line end', (code) => ` ${code.replaceAll('-', ' ')}\t\n`],
  ['with the hyphens of a word processor', (code) => code.replaceAll('-', '\u2013')],
  ['without its beginning', (code) => code.replace('GHR-', '')],
  ['with O for 0, I and l for 1', (code) => code.replaceAll('0', 'O').replace('1', 'I').replaceAll('1', 'l')],
]

describe('a recovery code', () => {
  it('is five groups of four characters that nobody takes for others', () => {
    for (let i = 0; i < 200; i++) expect(newRecoveryCode()).toMatch(/^GHR(?:-[0-9A-HJKMNP-TV-Z]{4}){5}$/)
  })

  it('is never the same again, and every character is used', () => {
    const codes = Array.from({ length: 500 }, newRecoveryCode)

    expect(new Set(codes).size).toBe(500)
    expect(new Set(codes.map((code) => code.slice(4, 23).replaceAll('-', '')).join('')).size).toBe(32)
  })

  it.each(SPELLINGS)('is read %s', (_, spell) => {
    for (let i = 0; i < 100; i++) {
      const code = newRecoveryCode()
      expect(parseRecoveryCode(spell(code))).toBe(code)
    }
  })

  it('is told from one with a character that was mistyped', () => {
    const codes = Array.from({ length: 500 }, newRecoveryCode)
    const mistyped = codes.map((code) => code.slice(0, 7) + (code[7] === 'X' ? 'Y' : 'X') + code.slice(8))

    expect(mistyped.filter((code) => parseRecoveryCode(code) !== undefined)).toEqual([])
  })

  it.each(['', 'GHR', 'GHR-0000-0000-0000-0000', '-'.repeat(10_000)])('is not %j', (text) => {
    expect(parseRecoveryCode(text)).toBeUndefined()
  })
})
