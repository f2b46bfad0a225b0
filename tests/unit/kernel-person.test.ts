import { describe, expect, it } from 'vitest'
import { loginEmail, personName } from '../../shared/kernel/person.ts'

describe('the name of a person', () => {
  it.each([
    [{ displayName: 'Mira Holt', name: { formatted: 'Holt, Mira' } }, 'Mira Holt'],
    [{ name: { formatted: 'Holt, Mira', givenName: 'Mira' } }, 'Holt, Mira'],
    [{ displayName: '', name: { givenName: 'Mira', familyName: 'Holt' } }, 'Mira Holt'],
    [{ name: { familyName: 'Holt' } }, 'Holt'],
    [{ name: 'Mira' }, undefined],
    [{}, undefined],
  ])('in %o is %s', (attributes, display) => {
    expect(personName(attributes).display).toBe(display)
  })

  it('has its parts', () => {
    const attributes = { name: { givenName: 'Mira', familyName: 'Holt' } }

    expect(personName(attributes)).toMatchObject({ given: 'Mira', family: 'Holt' })
  })
})

describe('the address of a person', () => {
  const home = { type: 'home', value: 'home@example.com' }
  const primary = { value: 'primary@example.com', primary: true }
  const work = { type: 'Work', value: 'work@example.com' }

  it.each([
    ['of type work', [home, primary, work], 'work@example.com'],
    ['that is primary, without one for work', [home, primary], 'primary@example.com'],
    ['that comes first, else', [home, { type: 'other', value: 'other@example.com' }], 'home@example.com'],
    ['that is one', [{ type: 'work' }, 'text', home], 'home@example.com'],
    ['that is there', [], undefined],
    ['in a list', 'home@example.com', undefined],
  ])('is the one %s', (_, emails, address) => {
    expect(loginEmail({ emails })).toBe(address)
  })
})
