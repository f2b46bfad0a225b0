import { isRecord, type JsonObject } from './json.ts'

/** What a page or a token calls a person: read from the attributes of a SCIM user, absent where they say nothing. */
export interface PersonName {
  readonly display: string | undefined
  readonly given: string | undefined
  readonly family: string | undefined
}

/** Entra maps the display name by default; what it is put together from stands in for it. */
export function personName(attributes: JsonObject): PersonName {
  const name = isRecord(attributes['name']) ? attributes['name'] : {}
  const given = text(name['givenName'])
  const family = text(name['familyName'])
  const together = [given, family].filter((part) => part !== undefined).join(' ')
  return {
    display: text(attributes['displayName']) ?? text(name['formatted']) ?? text(together),
    given,
    family,
  }
}

/** The address that a person is known by: of type work, else the primary one, else the first. */
export function loginEmail(attributes: JsonObject): string | undefined {
  const emails: readonly unknown[] = Array.isArray(attributes['emails']) ? attributes['emails'] : []
  const usable = emails.filter(isRecord).filter(({ value }) => typeof value === 'string')
  const chosen =
    usable.find(({ type }) => typeof type === 'string' && type.toLowerCase() === 'work') ??
    usable.find(({ primary }) => primary === true) ??
    usable[0]
  return text(chosen?.['value'])
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
