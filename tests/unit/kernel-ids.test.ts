import { describe, expect, it } from 'vitest'
import {
  connectorIdOf,
  connectorParts,
  newOrganizationId,
  newResourceId,
  parseConnectorId,
  parseOrganizationId,
  parseResourceId,
  randomText,
} from '../../shared/kernel/ids.ts'

const ORGANIZATION = '0123456789abcdef'
const RESOURCE = '11111111-2222-4333-8444-555555555555'

describe('ids that we make', () => {
  it('are taken back', () => {
    const organization = newOrganizationId()
    const connector = connectorIdOf(organization, 12)
    const resource = newResourceId()

    expect(parseOrganizationId(organization)).toBe(organization)
    expect(parseConnectorId(connector)).toBe(connector)
    expect(connectorParts(connector)).toEqual({ organization, number: 12 })
    expect(parseResourceId(resource)).toBe(resource)
  })

  it('are never the same twice', () => {
    const made = Array.from({ length: 1_000 }, () => [newOrganizationId(), newResourceId()]).flat()

    expect(new Set(made).size).toBe(2_000)
  })

  it('have no character that a key or an URL would escape', () => {
    expect(randomText(2_000)).toMatch(/^[0-9a-z]{2000}$/)
    expect(new Set(randomText(5_000)).size).toBe(36)
  })
})

/** What may stand in a path beside a well-formed id. */
const BROKEN = (id: string): readonly string[] => [
  '',
  id.slice(1),
  `${id}0`,
  ` ${id}`,
  `${id}\n`,
  `\n${id}`,
  id.toUpperCase(),
  `${id}/x`,
  `${id}'`,
  `${id}%00`,
  id.replace('1', '１'),
]

describe('anything else is no id', () => {
  it.each(BROKEN(ORGANIZATION))('of an organization: %j', (text) => {
    expect(parseOrganizationId(text)).toBeUndefined()
  })

  it.each([
    ...BROKEN(`${ORGANIZATION}-1`).filter((text) => !/^0123456789abcdef-10$/.test(text)),
    `${ORGANIZATION}-0`,
    `${ORGANIZATION}-01`,
    `${ORGANIZATION}-10000`,
    `${ORGANIZATION}--1`,
    `${ORGANIZATION}-`,
    ORGANIZATION,
  ])('of a connector: %j', (text) => {
    expect(parseConnectorId(text)).toBeUndefined()
  })

  it.each([...BROKEN(RESOURCE).filter((text) => text !== RESOURCE), `{${RESOURCE}}`, `urn:uuid:${RESOURCE}`])(
    'of a user or group: %j',
    (text) => {
      expect(parseResourceId(text)).toBeUndefined()
    },
  )

  it.each([[undefined], [null], [5], [[RESOURCE]], [{ toString: () => RESOURCE }]])(
    'and %j is none',
    (value) => {
      expect(parseResourceId(value)).toBeUndefined()
    },
  )
})
