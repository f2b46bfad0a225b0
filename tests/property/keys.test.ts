import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectorIdOf, newOrganizationId, newResourceId } from '../../shared/kernel/ids.ts'
import { highestRole, parseRole, ROLES } from '../../shared/kernel/roles.ts'
import { fold } from '../../shared/kernel/text.ts'
import { sortResources } from '../../shared/scim/sort.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { fromChunks, toChunks } from '../../shared/storage/chunks.ts'
import {
  emailPrefix,
  groupExternalIdKey,
  groupNameGuardKey,
  reversedTime,
  searchKey,
  timeOfReversed,
  userExternalIdPrefix,
  userNameKey,
} from '../../shared/storage/keys.ts'
import { finish } from '../support/finish.ts'

const RUNS = 3_000
const tenant = { connector: connectorIdOf(newOrganizationId(), 1), account: 'main' }
const other = { connector: connectorIdOf(newOrganizationId(), 1), account: 'main' }
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })

describe('any key', () => {
  it('has only characters that storage takes as they are', () => {
    const property = fc.property(text, (value) => {
      const id = newResourceId()
      for (const key of [
        userNameKey(tenant, value),
        emailPrefix(tenant, value) + id,
        userExternalIdPrefix(tenant, value) + id,
        groupNameGuardKey(tenant, value),
        groupExternalIdKey(tenant, value),
        searchKey(value, id),
      ])
        expect(key).toMatch(/^[0-9a-z.-]{3,120}$/)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('is one for values that fold alike, and differs for others and for other connectors', () => {
    const property = fc.property(text, text, (a, b) => {
      expect(userNameKey(tenant, a) === userNameKey(tenant, b)).toBe(fold(a) === fold(b))
      expect(userNameKey(tenant, a)).toBe(userNameKey(tenant, a.normalize('NFD')))
      expect(userNameKey(other, a)).not.toBe(userNameKey(tenant, a))
      expect(groupExternalIdKey(tenant, a) === groupExternalIdKey(tenant, b)).toBe(a === b)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('of time falls as time rises, and comes back', () => {
    const at = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
    const property = fc.property(at, at, (a, b) => {
      expect(timeOfReversed(reversedTime(a))).toEqual(a)
      expect(reversedTime(a) > reversedTime(b)).toBe(a.getTime() < b.getTime())
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

describe('any text', () => {
  it('comes back whole from the properties that hold it', () => {
    const long = fc
      .tuple(text, fc.integer({ min: 1, max: 9_000 }))
      .map(([piece, times]) => piece.repeat(times))
    const property = fc.property(long, (value) => {
      const chunks = toChunks('j', value)
      expect(fromChunks('j', chunks)).toBe(value)
      expect(Object.values(chunks).every((chunk) => chunk.length <= 32_768 && chunk.isWellFormed())).toBe(
        true,
      )
    })
    fc.assert(property, { numRuns: 300 })
  })
})

describe('any list of users', () => {
  it('is sorted into an order of the same users, and equal ones stay as they were', () => {
    const list = fc.array(
      fc.record({ title: fc.constantFrom('a', 'A', 'b', 'é', '') }, { requiredKeys: [] }),
      { maxLength: 12 },
    )
    const property = fc.property(list, fc.boolean(), (titles, descending) => {
      const items = titles.map((one, id) => ({ ...one, id }))
      const read = (resource: (typeof items)[number]) => ({ schema: USER_SCHEMA, resource })
      const sorted = finish(sortResources(items, { path: 'title', descending }, read))
      expect(sorted.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(items.map(({ id }) => id))
      for (const [i, next] of sorted.slice(1).entries()) {
        const before = sorted[i]
        const [x, y] = [before?.title, next.title].map((title) =>
          title === undefined ? '\uffff' : fold(title),
        )
        const isOrdered = x === y ? (before?.id ?? 0) < next.id : (x ?? '') < (y ?? '') !== descending
        expect(isOrdered).toBe(true)
      }
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

describe('any set of roles', () => {
  it('amounts to the highest known one', () => {
    const names = fc.array(
      fc.oneof(fc.constantFrom(...ROLES), fc.constantFrom('admin', 'USER ', 'Janitor', '')),
      { maxLength: 6 },
    )
    const property = fc.property(names, (values) => {
      const ranks = values.map((value) => ROLES.findIndex((role) => role === parseRole(value)))
      expect(highestRole(values)).toBe(ROLES[Math.max(-1, ...ranks)])
    })
    fc.assert(property, { numRuns: RUNS })
  })
})
