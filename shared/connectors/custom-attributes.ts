import { CUSTOM_ATTRIBUTE_TYPES, type CustomAttribute } from '../kernel/custom-attribute.ts'
import { badRequest } from '../kernel/failure.ts'
import { isPrototypeKey, isRecord } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'

const URN = /^urn:[a-z0-9][a-z0-9-]{1,31}:[\w.:-]{1,200}$/i
const NAME = /^[A-Za-z][\w-]{0,63}$/
/** The schemas whose attributes are given. */
const STANDARD = /^urn:ietf:params:scim:(schemas:(core:|extension:enterprise:)|api:)/i

/** The custom attributes of a connector as an operator gives them; 400 names the first that is not allowed. */
export function parseCustomAttributes(value: readonly unknown[]): readonly CustomAttribute[] {
  if (value.length > LIMITS.customAttributes)
    badRequest('invalidValue', `customAttributes takes at most ${LIMITS.customAttributes} attributes.`)
  const parsed = value.map(parseOne)
  const keys = parsed.map(({ urn, name }) => `${urn}:${name}`.toLowerCase())
  const doubled = keys.find((key, i) => keys.indexOf(key) !== i)
  if (doubled !== undefined) badRequest('invalidValue', `customAttributes has "${doubled}" twice.`)
  // URNs compare without case, so two spellings would be one schema under two names.
  const spellings = new Map(parsed.map(({ urn }) => [urn.toLowerCase(), urn]))
  const second = parsed.find(({ urn }) => spellings.get(urn.toLowerCase()) !== urn)
  if (second !== undefined)
    badRequest('invalidValue', `customAttributes spells the URN "${second.urn}" in two ways.`)
  return parsed
}

function parseOne(value: unknown, index: number): CustomAttribute {
  const { urn, name, type } = isRecord(value) ? value : {}
  const where = `customAttributes[${index}]`
  if (typeof urn !== 'string' || !URN.test(urn) || STANDARD.test(urn))
    return badRequest(
      'invalidValue',
      `${where}.urn must be a URN of your own, such as urn:ietf:params:scim:schemas:extension:Contoso:2.0:User.`,
    )
  if (typeof name !== 'string' || !NAME.test(name) || isPrototypeKey(name))
    return badRequest('invalidValue', `${where}.name must be a letter followed by letters, digits, _ or -.`)
  const known = CUSTOM_ATTRIBUTE_TYPES.find((candidate) => candidate === type)
  if (known === undefined)
    return badRequest('invalidValue', `${where}.type must be one of ${CUSTOM_ATTRIBUTE_TYPES.join(', ')}.`)
  return { urn, name, type: known }
}
