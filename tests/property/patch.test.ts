import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { readMembers } from '../../shared/scim/member-changes.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { readResource, settle } from '../../shared/scim/resource.ts'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { labelled, storedUsers, word } from './users.ts'
import { finish } from '../support/finish.ts'

const RUNS = 3_000
const ID = '11111111-2222-4333-8444-555555555555'

const PATHS = [
  'title|active|name|name.givenName|emails|emails.value|emails.primary|emails[type eq "work"]|EMAILS[Type eq "Work"].Value',
  'emails[primary eq "True"].value|emails[value sw "a"]|emails[not (type pr)].type|emails[type eq "work" and value eq "a"]',
  'phoneNumbers[type eq "work"].value|phoneNumbers[value pr].primary|addresses|addresses[type eq "work"].locality',
  `roles|roles[primary eq "True"].value|roles[value eq "a"]|${ENT}:department|${ENT}:manager|${ENT}:manager.value|${ENT}`,
  'manager|unknown|emails[type eq "work"].unknown|groups|id|meta.version|schemas',
  `__proto__|constructor|name.__proto__|emails[type eq "work"].__proto__|${ENT}:__proto__|a..b|emails[|`,
]
const paths = fc.constantFrom(...PATHS.flatMap((line) => line.split('|')))
/** As JSON.parse makes them: `__proto__` is then a member like any other. */
const POISON: readonly unknown[] = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[{"__proto__":{"polluted":true},"value":"a"}]',
  '{"value":"a","__proto__":{"primary":true}}',
].map((text): unknown => JSON.parse(text))
const values = fc.oneof(
  word,
  fc.constantFrom('', null, 'True', true, undefined, 7),
  labelled,
  fc.array(labelled, { maxLength: 2 }),
  fc.record({ givenName: word }),
  fc.array(word, { maxLength: 2 }),
  fc.record({ value: word, department: word }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(...POISON),
)
const operations = fc.array(
  fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path: paths, value: values }),
    fc.record({ op: fc.constantFrom('add', 'replace'), value: fc.dictionary(paths, values, { maxKeys: 3 }) }),
  ),
  { minLength: 1, maxLength: 4 },
)

function patch(attributes: JsonObject, list: readonly unknown[]): JsonObject {
  const parsed = finish(parsePatch(USER_SCHEMA, { Operations: list }))
  const patched = finish(applyPatch(USER_SCHEMA, { id: ID, attributes }, parsed))
  return finish(settle(USER_SCHEMA, patched.attributes))
}

/** The user after the PATCH; `undefined` where it was refused, which must have been in words. */
function outcome(attributes: JsonObject, list: readonly unknown[]): JsonObject | undefined {
  try {
    return patch(attributes, list)
  } catch (error) {
    if (failureOf(error)?.code !== 'bad_request') throw error
    return undefined
  }
}

/** Every value of every attribute with several: e-mails, roles, addresses. */
function listsOf(user: JsonObject): readonly (readonly JsonObject[])[] {
  return Object.values(user).filter(Array.isArray)
}

function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  const isClean = Object.keys(value).every(
    (name) => !['__proto__', 'constructor', 'prototype'].includes(name),
  )
  return !isPlain || !isClean || Object.values(value).some(hasPrototypeKey)
}

describe('any PATCH', () => {
  it('is taken or refused in words, leaves the user that it was given alone, and pollutes nothing', () => {
    const property = fc.property(storedUsers, operations, (user, list) => {
      const before = JSON.stringify(user)
      const after = outcome(user, list)
      expect(JSON.stringify(user)).toBe(before)
      expect(hasPrototypeKey(after)).toBe(false)
      expect('polluted' in {}).toBe(false)
    })
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it('leaves what can be sent back and read again without a change, with at most one primary value', () => {
    let taken = 0
    const property = fc.property(storedUsers, operations, (user, list) => {
      const after = outcome(user, list)
      if (after === undefined) return
      taken++
      expect(finish(readResource(USER_SCHEMA, after)).attributes).toEqual(after)
      for (const elements of listsOf(after))
        expect(elements.filter(({ primary }) => primary === true).length).toBeLessThan(2)
    })
    fc.assert(property, { numRuns: RUNS * 3 })
    expect(taken).toBeGreaterThan(RUNS / 3)
  })

  it('that only replaces says the same when it is said twice', () => {
    const whole = ['title', 'name', 'name.givenName', 'emails', 'emails.type', 'roles', `${ENT}:department`]
    const picked = [
      'emails[type eq "work"].value',
      'phoneNumbers[type eq "work"]',
      'emails[primary eq true].value',
    ]
    const replaces = fc.oneof(
      fc.record({
        path: fc.constantFrom(...whole, undefined),
        value: fc.oneof(word, labelled, fc.array(labelled, { maxLength: 2 }), fc.record({ givenName: word })),
      }),
      // A value that its own filter no longer picks would be made anew each time.
      fc.record({ path: fc.constantFrom(...picked), value: fc.oneof(word, fc.record({ value: word })) }),
    )
    const property = fc.property(storedUsers, replaces, (user, one) => {
      const list = [{ op: 'Replace', ...one }]
      const once = outcome(user, list)
      expect(once && outcome(once, list)).toEqual(once)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it.each(['emails', 'phoneNumbers', 'roles'])(
    'that adds to %s and removes it again changes nothing',
    (name) => {
      const added = fc.record({ value: fc.constant('new@x.example'), type: fc.constantFrom('work', 'home') })
      const removals = fc.constantFrom(
        { op: 'remove', path: `${name}[value eq "new@x.example"]` },
        { op: 'Remove', path: name, value: [{ value: 'new@x.example' }] },
        { op: 'remove', path: name, value: 'new@x.example' },
      )
      const property = fc.property(storedUsers, added, removals, (user, one, removal) => {
        const between = patch(user, [{ op: 'add', path: name, value: [one] }])
        expect(between[name]).toContainEqual(one)
        expect(patch(between, [removal])).toEqual(finish(settle(USER_SCHEMA, user)))
      })
      fc.assert(property, { numRuns: RUNS / 2 })
    },
  )

  it('that adds what is there already changes nothing', () => {
    const property = fc.property(storedUsers, fc.nat(), (user, at) => {
      const names = ['emails', 'phoneNumbers', 'roles', 'addresses', 'name', 'title'].filter(
        (name) => name in user,
      )
      const name = names[at % Math.max(names.length, 1)]
      fc.pre(name !== undefined)
      // An e-mail without a type is the same as one of any type: added again, the two become one.
      fc.pre(
        listsOf(user).every((list) => new Set(list.map((one) => one['value'] ?? one)).size === list.length),
      )
      expect(patch(user, [{ op: 'add', path: name, value: user[name] }])).toEqual(user)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('with one wrong operation anywhere is refused as a whole', () => {
    const wrong = fc.constantFrom<unknown>(
      { op: 'replace', path: 'id', value: 'x' },
      { op: 'merge', path: 'title', value: 'x' },
      { op: 'replace', path: 'a..b', value: 'x' },
      { op: 'add', path: '__proto__', value: {} },
      { op: 'add', path: 'constructor', value: {} },
      { op: 'replace', path: 'name.prototype', value: 'x' },
      { op: 'replace', path: 'emails[type', value: 'x' },
      { op: 'remove' },
      { op: 'add', path: 'active', value: 'perhaps' },
      { op: 'replace', value: { 'meta.version': 'x' } },
      7,
    )
    const property = fc.property(storedUsers, operations, wrong, fc.nat(), (user, list, one, at) => {
      const before = JSON.stringify(user)
      expect(outcome(user, list.toSpliced(at % (list.length + 1), 0, one as never))).toBeUndefined()
      expect(JSON.stringify(user)).toBe(before)
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

describe('an object where a text belongs', () => {
  // As text it would be whatever its own `toString` says, which here is no function at all.
  const odd: unknown = JSON.parse('{"toString":1,"valueOf":1,"toJSON":1}')

  it.each([
    [
      'as the schema of a resource',
      () => finish(readResource(USER_SCHEMA, { schemas: [odd], userName: 'a' })),
    ],
    [
      'as the schema of a PATCH',
      () => finish(parsePatch(USER_SCHEMA, { schemas: [odd], Operations: [{ op: 'add' }] })),
    ],
    ['as a verb', () => finish(parsePatch(USER_SCHEMA, { Operations: [{ op: odd, path: 'title' }] }))],
    ['as a path', () => finish(parsePatch(USER_SCHEMA, { Operations: [{ op: 'add', path: odd }] }))],
    ['as a member', () => finish(readMembers([{ value: odd }]))],
    ['as a user name', () => finish(readResource(USER_SCHEMA, { userName: odd }))],
    ['as a truth value', () => finish(readResource(USER_SCHEMA, { active: odd }))],
  ])('is refused in words %s', (_, read) => {
    expect(read).toThrow('bad_request')
  })

  it('says nothing as the type of a member', () => {
    expect(finish(readMembers([{ value: ID, type: odd }]))).toEqual([{ text: ID, id: ID, kind: 'User' }])
  })
})
