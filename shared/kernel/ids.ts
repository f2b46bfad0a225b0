import { randomInt, randomUUID } from 'node:crypto'

/** A customer of the platform: 16 characters of 0-9a-z. */
export type OrganizationId = string & { readonly brand: 'OrganizationId' }
/** One Entra tenant joined to one organization: `{organization}-{number}`. The tenant boundary of everything stored. */
export type ConnectorId = string & { readonly brand: 'ConnectorId' }
/** A SCIM user or group: a lower-case UUID minted by us, never taken from a client. */
export type ResourceId = string & { readonly brand: 'ResourceId' }

/** 36 ** 8 fits into the 48 bits that one call to `randomInt` gives. */
const RANDOM_DIGITS = 8
const ORGANIZATION = /^[0-9a-z]{16}$/
const CONNECTOR = /^([0-9a-z]{16})-([1-9][0-9]{0,3})$/
const RESOURCE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** `length` characters of 0-9a-z, each uniformly random; safe in storage keys and URLs. */
export function randomText(length: number): string {
  let text = ''
  while (text.length < length)
    text += randomInt(36 ** RANDOM_DIGITS)
      .toString(36)
      .padStart(RANDOM_DIGITS, '0')
  return text.slice(0, length)
}

export function newOrganizationId(): OrganizationId {
  return randomText(16) as OrganizationId
}

export function parseOrganizationId(text: string | undefined): OrganizationId | undefined {
  return text !== undefined && ORGANIZATION.test(text) ? (text as OrganizationId) : undefined
}

/** Numbers start at 1 and are never used again within their organization. */
export function connectorIdOf(organization: OrganizationId, number: number): ConnectorId {
  return `${organization}-${number}` as ConnectorId
}

/** Anything but a well-formed id is `undefined`: ids reach storage keys, so nothing else may pass. */
export function parseConnectorId(text: string | undefined): ConnectorId | undefined {
  return text !== undefined && CONNECTOR.test(text) ? (text as ConnectorId) : undefined
}

export function connectorParts(connector: ConnectorId): { organization: OrganizationId; number: number } {
  const [organization = '', number = ''] = connector.split('-')
  return { organization: organization as OrganizationId, number: Number(number) }
}

export function newResourceId(): ResourceId {
  return randomUUID() as ResourceId
}

/** `undefined` for anything that we cannot have minted; such an id belongs to no resource (RFC 7643 §3.1, ids are case-exact). */
export function parseResourceId(text: unknown): ResourceId | undefined {
  return typeof text === 'string' && RESOURCE.test(text) ? (text as ResourceId) : undefined
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is an id as Entra writes those of its tenants, applications and people, in any case. */
export function isGuid(text: string): boolean {
  return GUID.test(text)
}
