import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, hasUnstorableCharacters, shorten } from '../../shared/kernel/text.ts'

describe('folding', () => {
  it.each([
    ['Mira@Fjord.Example', 'mira@fjord.example'],
    ['ＭＩＲＡ', 'mira'],
    ['ſ', 's'],
    ['ﬁ', 'fi'],
    ['\u212a', 'k'],
    ['A\u030a', 'å'],
    ['\u212b', 'å'],
    ['²', '2'],
    ['Ⅳ', 'iv'],
  ])('%s becomes %s', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it.each([
    ['ı', 'i'],
    ['İ', 'i'],
    ['ß', 'ss'],
    ['а', 'a'],
    ['a\u200b', 'a'],
    ['a ', 'a'],
    ['ø', 'o'],
  ])('%s stays apart from %s', (left, right) => {
    expect(fold(left)).not.toBe(fold(right))
  })

  it('does not depend on the language of the machine', () => {
    expect([fold('I'), fold('TITLE')]).toEqual(['i', 'title'])
  })

  it('does the same for ASCII as for anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(fold(text)).toBe(text.normalize('NFKC').toLowerCase().normalize('NFC'))
      }),
      { seed: 7 },
    )
  })

  it('is the same in upper and lower case of ASCII, composed or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')))
      }),
      { seed: 7 },
    )
  })
})

describe('what cannot be stored', () => {
  it.each(['\0', 'a\u0001', '\u000b', '\u001f', '\u007f', '\ud800', 'a\udc00b', '\ude00\ud83d'])(
    'is %j',
    (text) => {
      expect(hasUnstorableCharacters(text)).toBe(true)
    },
  )

  it.each(['', 'Mira', '\t\r\n', '😀', '\u0085', '\u2028', '\u200b', '\uffff', '\u{10ffff}'])(
    'is not %j',
    (text) => {
      expect(hasUnstorableCharacters(text)).toBe(false)
    },
  )
})

describe('shortening', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['', 3, ''],
  ])('%s to %d', (text, length, short) => {
    expect(shorten(text, length)).toBe(short)
  })

  it('never leaves half of a surrogate pair, nor more than asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 10 }), (text, length) => {
        const short = shorten(text.toWellFormed(), length)
        expect(short.isWellFormed()).toBe(true)
        expect(short.length).toBeLessThanOrEqual(length)
      }),
      { seed: 7, numRuns: 1_000 },
    )
  })
})
