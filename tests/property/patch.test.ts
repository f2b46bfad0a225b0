import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { prepareProjection } from '../../shared/scim/projection.ts'
import { readResource, settle } from '../../shared/scim/resource.ts'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'

const RUNS = 3_000
const ID = '11111111-2222-4333-8444-555555555555'

const word = fc.constantFrom('a', 'b', 'Work', 'x "y"', 'é')
const email = fc.record(
  { value: word, type: fc.constantFrom('work', 'home', 'other'), primary: fc.boolean() },
  { requiredKeys: ['value'] },
)
const users = fc
  .record(
    {
      userName: word,
      title: word,
      active: fc.boolean(),
      name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
      emails: fc.uniqueArray(email, { maxLength: 3, selector: ({ value, type }) => `${value}${type}` }),
      roles: fc.array(fc.record({ value: word }), { maxLength: 2 }),
      [ENT]: fc.record({ department: word, manager: fc.record({ value: word }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['userName'] },
  )
  .map((user) => readResource(USER_SCHEMA, user).attributes)

const paths = fc.constantFrom(
  'title',
  'active',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[primary eq "True"].value',
  'emails[value sw "a"]',
  'roles',
  'roles[primary eq "True"].value',
  `${ENT}:department`,
  `${ENT}:manager`,
  ENT,
  'unknown',
  'emails[type eq "work"].unknown',
  'id',
  'meta.version',
  '__proto__',
  'a..b',
  'emails[',
)
const values = fc.oneof(
  word,
  fc.constantFrom('', null, 'True', true, undefined, 7),
  email,
  fc.array(email, { maxLength: 2 }),
  fc.record({ givenName: word }),
  fc.array(word, { maxLength: 2 }),
  fc.record({ value: word, department: word }),
  fc.jsonValue({ maxDepth: 2 }),
)
const operations = fc.array(
  fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path: paths, value: values }),
    fc.record({ op: fc.constantFrom('add', 'replace'), value: fc.dictionary(paths, values, { maxKeys: 3 }) }),
  ),
  { minLength: 1, maxLength: 4 },
)

function patch(attributes: JsonObject, list: readonly unknown[]): JsonObject {
  return settle(
    USER_SCHEMA,
    applyPatch(USER_SCHEMA, { id: ID, attributes }, parsePatch(USER_SCHEMA, { Operations: list })).attributes,
  )
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

describe('any PATCH', () => {
  it('is taken or refused in words, leaves the user that it was given alone, and pollutes nothing', () => {
    const property = fc.property(users, operations, (user, list) => {
      const before = JSON.stringify(user)
      outcome(user, list)
      expect(JSON.stringify(user)).toBe(before)
      expect({}).not.toHaveProperty('polluted')
    })
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it('leaves what can be sent back and read again without a change, with at most one primary e-mail', () => {
    const property = fc.property(users, operations, (user, list) => {
      const after = outcome(user, list)
      if (after === undefined) return
      expect(readResource(USER_SCHEMA, after).attributes).toEqual(after)
      const emails = Array.isArray(after['emails']) ? after['emails'] : []
      expect(emails.filter((one: { primary?: boolean }) => one.primary === true).length).toBeLessThan(2)
    })
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it('that only replaces says the same when it is said twice', () => {
    const replaces = fc.array(
      fc.record({
        op: fc.constant('replace'),
        path: fc.constantFrom('title', 'name', 'emails', 'emails[type eq "work"].value', `${ENT}:department`),
        value: fc.oneof(word, fc.array(email, { maxLength: 2 })),
      }),
      { minLength: 1, maxLength: 3 },
    )
    const property = fc.property(users, replaces, (user, list) => {
      const once = outcome(user, list)
      expect(once && outcome(once, list)).toEqual(once)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('that adds a value and removes it again changes nothing', () => {
    const added = fc.record({ value: fc.constant('new@x.example'), type: fc.constantFrom('work', 'home') })
    const property = fc.property(users, added, (user, one) => {
      const list = [
        { op: 'add', path: 'emails', value: [one] },
        { op: 'remove', path: `emails[value eq "${one.value}"]` },
      ]
      expect(patch(user, list)).toEqual(settle(USER_SCHEMA, user))
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('with one wrong operation at the end is refused as a whole', () => {
    const property = fc.property(users, operations, (user, list) => {
      expect(outcome(user, [...list, { op: 'replace', path: 'id', value: 'x' }])).toBeUndefined()
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

const resource = (user: JsonObject): JsonObject => ({ schemas: [USER_SCHEMA.urn], id: ID, ...user })
const project = (user: JsonObject, attributes?: readonly string[], excluded?: readonly string[]) =>
  prepareProjection(USER_SCHEMA, {
    attributes: attributes?.join(','),
    excludedAttributes: excluded?.join(','),
  }).project(user)

describe('any projection', () => {
  const names = fc.uniqueArray(
    fc.constantFrom(
      'userName',
      'title',
      'active',
      'name',
      'name.givenName',
      'emails',
      'emails.value',
      'roles',
      ENT,
      `${ENT}:department`,
      'id',
      'schemas',
      'unknown',
    ),
    { maxLength: 4 },
  )
  it('keeps what is always returned, invents nothing, and says the same twice', () => {
    const property = fc.property(users, names, names, (user, attributes, excluded) => {
      const whole = resource(user)
      const once = project(whole, attributes, excluded)
      expect(once).toMatchObject({ schemas: [USER_SCHEMA.urn], id: ID })
      expect(whole).toMatchObject(once)
      expect(project(once, attributes, excluded)).toEqual(once)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('and its opposite together are the whole', () => {
    const whole = fc.constantFrom('userName', 'title', 'active', 'name', 'emails', 'roles', ENT)
    const property = fc.property(
      users,
      fc.uniqueArray(whole, { minLength: 1, maxLength: 4 }),
      (user, some) => {
        const [kept, rest] = [project(resource(user), some), project(resource(user), undefined, some)]
        expect({ ...rest, ...kept }).toEqual(resource(user))
      },
    )
    fc.assert(property, { numRuns: RUNS })
  })
})
