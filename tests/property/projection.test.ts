import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord, type JsonObject } from '../../shared/kernel/json.ts'
import { prepareProjection } from '../../shared/scim/projection.ts'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { storedUsers } from './users.ts'
import { finish } from '../support/finish.ts'

const RUNS = 4_000
const ID = '11111111-2222-4333-8444-555555555555'
const META = { resourceType: 'User', version: 'W/"x"', location: 'https://gatehouse.example' }

const whole = (user: JsonObject): JsonObject => ({ schemas: [USER_SCHEMA.urn], id: ID, ...user, meta: META })
const project = (
  user: JsonObject,
  attributes?: readonly string[],
  excluded?: readonly string[],
): JsonObject =>
  finish(
    prepareProjection(USER_SCHEMA, {
      attributes: attributes?.join(','),
      excludedAttributes: excluded?.join(','),
    }).project(user),
  )

const ATTRIBUTES =
  'userName title active name name.givenName NAME.familyName emails emails.value emails.type roles addresses.locality ' +
  `phoneNumbers ${ENT} ${ENT}:department ${ENT}:manager ${ENT}:manager.value manager.value department meta ` +
  `meta.version id schemas unknown emails.unknown ${USER_SCHEMA.urn}:title urn:x:y emails[type\u00a0pr].value`
const names = fc.uniqueArray(
  fc.constantFrom(...ATTRIBUTES.split(' ').map((name) => name.replace('\u00a0', ' '))),
  { maxLength: 5 },
)
const asked = fc.option(names, { nil: undefined })

/** The leaves of a resource as `path=value` texts, extensions by their URN; those that are always there left out. */
function leavesOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => leavesOf(one, `${path}#${i}`))
  if (!isRecord(value)) return [`${path}=${JSON.stringify(value)}`]
  return Object.entries(value)
    .filter(([name]) => path !== '' || (name !== 'id' && name !== 'schemas'))
    .flatMap(([name, part]) => leavesOf(part, path === '' ? name : `${path}/${name}`))
}

/** Whether a list of names means a leaf: written a second time, over the path of the leaf. */
function means(list: readonly string[], leaf: string): boolean {
  const path = leaf
    .slice(0, leaf.indexOf('='))
    .replaceAll(/#\d+/g, '')
    .toLowerCase()
    .replace(`${ENT.toLowerCase()}/`, '')
  const isExtended = leaf.startsWith(ENT)
  return list.some((written) => {
    const name = written.toLowerCase().replace(/\[.*\]/, '')
    if (name === ENT.toLowerCase()) return isExtended
    const urn = name.slice(0, Math.max(name.lastIndexOf(':'), 0))
    if (urn !== '' && urn !== (isExtended ? ENT : USER_SCHEMA.urn).toLowerCase()) return false
    const [attribute = '', sub] = name.slice(name.lastIndexOf(':') + 1).split('.')
    return sub === undefined ? path.split('/')[0] === attribute : path === `${attribute}/${sub}`
  })
}

describe('any projection', () => {
  it('shows the leaves that are asked for and not excluded, and no others', () => {
    const property = fc.property(storedUsers, asked, asked, (user, attributes, excluded) => {
      const expected = leavesOf(whole(user)).filter(
        (leaf) => (attributes === undefined || means(attributes, leaf)) && !means(excluded ?? [], leaf),
      )
      const shown = project(whole(user), attributes, excluded)
      expect(leavesOf(shown)).toEqual(expected)
      expect(shown).toMatchObject({ schemas: [USER_SCHEMA.urn], id: ID })
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('and its opposite together are the whole, sub-attributes included', () => {
    const property = fc.property(storedUsers, names, (user, some) => {
      const [kept, rest] = [project(whole(user), some), project(whole(user), undefined, some)]
      const both = [...leavesOf(kept), ...leavesOf(rest)]
      expect(both.toSorted()).toEqual(leavesOf(whole(user)).toSorted())
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('takes 1,000 names of attributes and refuses one more', () => {
    const titles = Array.from({ length: 1_000 }, () => 'title')
    expect(project(whole({ userName: 'a', title: 'b' }), titles)).toHaveProperty('title', 'b')
    expect(() => project(whole({ userName: 'a' }), [...titles, 'title'])).toThrow('bad_request')
    expect(() => project(whole({ userName: 'a' }), undefined, [...titles, 'title'])).toThrow('bad_request')
  })

  it('says the same twice and leaves the resource alone', () => {
    const property = fc.property(storedUsers, asked, asked, (user, attributes, excluded) => {
      const resource = whole(user)
      const before = JSON.stringify(resource)
      const once = project(resource, attributes, excluded)
      expect(project(once, attributes, excluded)).toEqual(once)
      expect(JSON.stringify(resource)).toBe(before)
    })
    fc.assert(property, { numRuns: RUNS })
  })
})
