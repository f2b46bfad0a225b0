import { domainToASCII } from 'node:url'
import { badRequest } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Plan } from '../storage/organizations.ts'

const NAME_LENGTH = 200
/** A DNS label, so that a short name can become part of a host name one day. */
const SHORT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** RFC 1035 §2.3.4. */
const HOST_NAME_LENGTH = 253

/** The name that people read: trimmed, 1 to 200 characters; anything else is a 400. */
export function parseOrganizationName(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > NAME_LENGTH)
    badRequest('invalidValue', `name must have 1 to ${NAME_LENGTH} characters.`)
  return name
}

/** One of the plans; anything else is a 400. */
export function parsePlan(text: string): Plan {
  if (text === 'standard' || text === 'enterprise') return text
  return badRequest('invalidValue', 'plan must be "standard" or "enterprise".')
}

/** The short name in lower case; 400 where it has other characters than letters, digits and inner hyphens. */
export function parseShortName(text: string): string {
  const shortName = text.toLowerCase()
  if (!SHORT_NAME.test(shortName))
    badRequest('invalidValue', 'shortName must be 1 to 40 letters, digits and hyphens, such as "contoso".')
  return shortName
}

/** Domains in lower-case ASCII (IDNA), each once, in the given order; 400 names the first one that is none. */
export function parseDomains(texts: readonly string[]): readonly string[] {
  const domains = [...new Set(texts.map(parseDomain))]
  if (domains.length > LIMITS.domainsPerOrganization)
    badRequest('invalidValue', `domains must be at most ${LIMITS.domainsPerOrganization}.`)
  return domains
}

function parseDomain(text: string): string {
  const domain = domainToASCII(text.trim().toLowerCase())
  const labels = domain.split('.')
  const isDomain =
    labels.length > 1 && domain.length <= HOST_NAME_LENGTH && labels.every((l) => LABEL.test(l))
  // An address of digits would be taken for a domain otherwise: a top-level domain has a letter.
  if (!isDomain || !/[a-z]/.test(labels.at(-1) ?? ''))
    badRequest(
      'invalidValue',
      `domains has "${text.slice(0, 100)}", which is no domain such as "contoso.com".`,
    )
  return domain
}
