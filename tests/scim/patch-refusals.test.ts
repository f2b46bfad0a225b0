import { describe, expect, it } from 'vitest'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { home, ID, patch, refusal } from './patching.ts'
import { finish } from '../support/finish.ts'

describe('PATCH on what no schema has', () => {
  it('skips the operation, applies the others and names what was skipped', () => {
    const { attributes, skipped } = patch({ active: true }, [
      { op: 'replace', path: 'favouriteColour', value: 'blue' },
      { op: 'replace', path: 'urn:example:params:scim:schemas:extension:x:2.0:User:badge', value: '7' },
      { op: 'replace', path: 'emails[type eq "work"].colour', value: 'blue' },
      { op: 'replace', path: 'active', value: 'False' },
    ])

    expect(attributes).toEqual({ active: false })
    expect(skipped).toEqual([
      'favouriteColour',
      'urn:example:params:scim:schemas:extension:x:2.0:User:badge',
      'emails[type eq "work"].colour',
    ])
  })

  it('lets clients that send the whole resource back repeat id, schemas and groups', () => {
    const value = { id: ID, schemas: ['x'], groups: [{ value: 'g' }], displayName: 'B' }
    expect(patch({}, [{ op: 'replace', value }]).attributes).toEqual({ displayName: 'B' })
  })
})

describe('PATCH refuses with 400', () => {
  it.each([
    ['id', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['another id in a path-less value', [{ op: 'replace', value: { id: 'x' } }], 'mutability'],
    ['meta', [{ op: 'replace', path: 'meta.created', value: 'x' }], 'mutability'],
    ['schemas', [{ op: 'replace', path: 'schemas', value: ['x'] }], 'mutability'],
    ['groups', [{ op: 'add', path: 'groups', value: [{ value: 'g' }] }], 'mutability'],
    ['__proto__ as a path', [{ op: 'add', path: '__proto__.polluted', value: '1' }], 'invalidPath'],
    ['constructor as a path', [{ op: 'add', path: 'constructor', value: '1' }], 'invalidPath'],
    ['prototype behind a dot', [{ op: 'add', path: 'name.prototype', value: '1' }], 'invalidPath'],
    ['an open bracket', [{ op: 'add', path: 'emails[type eq "work"', value: '1' }], 'invalidFilter'],
    ['two dots', [{ op: 'add', path: 'name.givenName.x', value: '1' }], 'invalidPath'],
    ['blanks', [{ op: 'add', path: 'display name', value: '1' }], 'invalidPath'],
    ['an unknown verb', [{ op: 'merge', path: 'title', value: '1' }], 'invalidSyntax'],
    ['remove without path', [{ op: 'remove' }], 'noTarget'],
    ['no object without path', [{ op: 'add', value: 'x' }], 'invalidValue'],
    ['a number as path', [{ op: 'add', path: 7, value: 'x' }], 'invalidPath'],
    ['a text that is no boolean', [{ op: 'replace', path: 'active', value: 'maybe' }], 'invalidValue'],
    ['an object for a text', [{ op: 'replace', path: 'title', value: { a: 1 } }], 'invalidValue'],
    [
      'a malformed list of values to remove',
      [{ op: 'remove', path: 'emails', value: [{ colour: 'x' }] }],
      'invalidValue',
    ],
    [
      'a filter that cannot be created',
      [{ op: 'add', path: 'emails[type sw "w"].value', value: 'x' }],
      'noTarget',
    ],
    ['no operations', [], 'invalidSyntax'],
  ])('%s', (_, operations, scimType) => {
    expect(refusal({ emails: [home] }, operations)).toMatchObject({ code: 'bad_request', scimType })
  })

  it('a body without the PatchOp schema', () => {
    expect(() =>
      finish(parsePatch(USER_SCHEMA, { schemas: ['urn:x'], Operations: [{ op: 'add', value: {} }] })),
    ).toThrow('bad_request')
  })

  it('more than 1,000 operations, as 413', () => {
    const operations = Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'title', value: 'x' }))
    expect(refusal({}, operations)).toMatchObject({ code: 'too_large' })
  })

  it('and pollutes no prototype', () => {
    refusal({}, [{ op: 'add', value: JSON.parse('{"__proto__":{"polluted":1}}') }])
    refusal({}, [{ op: 'add', path: 'name', value: JSON.parse('{"__proto__":{"polluted":1}}') }])
    expect({}).not.toHaveProperty('polluted')
  })
})
