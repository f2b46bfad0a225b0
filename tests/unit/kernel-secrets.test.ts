import { describe, expect, it } from 'vitest'
import { hashSecret, isWellFormedSecret, newSecret, sameHash } from '../../shared/kernel/secrets.ts'

const isWellFormed = (text: string): boolean => isWellFormedSecret('scim', text)

describe('a secret', () => {
  it('has its prefix, 43 random characters and a checksum, and is one word', () => {
    expect(newSecret('scim')).toMatch(/^gh_scim_[0-9A-Za-z]{49}$/)
  })

  it('is never the same again, and every character is used', () => {
    const secrets = Array.from({ length: 500 }, () => newSecret('scim'))

    expect(new Set(secrets).size).toBe(500)
    expect(new Set(secrets.map((secret) => secret.slice(8, 51)).join('')).size).toBe(62)
  })

  it('is well-formed, whatever it is', () => {
    expect(
      Array.from({ length: 200 }, () => newSecret('scim')).filter((secret) => !isWellFormed(secret)),
    ).toEqual([])
  })

  it('is no longer well-formed once any character is another one', () => {
    const secret = newSecret('scim')
    const changed = Array.from(
      secret,
      (character, i) => secret.slice(0, i) + (character === 'x' ? 'y' : 'x') + secret.slice(i + 1),
    )

    expect(changed.filter(isWellFormed)).toEqual([])
  })

  it.each([
    ['nothing', () => ''],
    ['its beginning', () => newSecret('scim').slice(0, -1)],
    ['more than it', () => `${newSecret('scim')}0`],
    ['a line end behind it', () => `${newSecret('scim')}\n`],
    ['blanks around it', () => ` ${newSecret('scim')} `],
    ['another prefix', () => newSecret('scim').replace('scim', 'cs')],
    ['upper case', () => newSecret('scim').toUpperCase()],
    ['a megabyte', () => 'x'.repeat(1_000_000)],
  ])('is not %s', (_, text) => {
    expect(isWellFormed(text())).toBe(false)
  })
})

describe('hashes', () => {
  it('are SHA-256 in hex', () => {
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('depend on every character of a secret', () => {
    const secret = newSecret('scim')
    const others = Array.from(
      secret,
      (character, i) => secret.slice(0, i) + (character === 'x' ? 'y' : 'x') + secret.slice(i + 1),
    )

    expect(new Set([secret, ...others].map(hashSecret)).size).toBe(secret.length + 1)
  })

  it('differ wherever one digit does', () => {
    const hash = hashSecret('a')
    const others = Array.from(
      hash,
      (digit, i) => hash.slice(0, i) + (digit === '0' ? '1' : '0') + hash.slice(i + 1),
    )

    expect(others.filter((other) => sameHash(hash, other))).toEqual([])
  })

  it.each([
    [hashSecret('a'), hashSecret('a'), true],
    [hashSecret('a'), hashSecret('b'), false],
    [hashSecret('a'), hashSecret('a').slice(1), false],
    ['', '', true],
    ['', hashSecret('a'), false],
    ['é', 'e', false],
  ])('%.8s and %.8s are the same: %s', (left, right, expected) => {
    expect(sameHash(left, right)).toBe(expected)
  })
})
