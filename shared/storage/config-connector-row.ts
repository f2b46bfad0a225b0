import { CUSTOM_ATTRIBUTE_TYPES, type CustomAttribute } from '../kernel/custom-attribute.ts'
import { isRecord } from '../kernel/json.ts'
import { fail } from '../kernel/failure.ts'
import { oidcValues, toOidcState, type OidcState } from './config-oidc.ts'
import type { Row, Values } from './table.ts'

type ConnectorLife = 'enabled' | 'disabled' | 'deleted'

/** Unique login e-mails: `building` while the rows of existing users are being written; new writes claim theirs then already. */
type UniqueEmailRule = 'on' | 'building' | 'off'

/** One password of Entra's provisioning service. Only its hash is stored. */
export interface ScimSecret {
  readonly id: string
  /** SHA-256 in hex. */
  readonly hash: string
  readonly lastFour: string
  readonly createdAt: string
  /** At most an hour behind. */
  readonly lastUsedAt?: string
}

/** Milestones of a connector, each the time at which it was first seen; `lastRequest` moves on. */
const MARKS = ['testConnection', 'firstUser', 'firstGroup', 'roles', 'objectIds', 'lastRequest'] as const
export type Mark = (typeof MARKS)[number]
export type Marks = Readonly<Partial<Record<Mark, string>>>

export interface ConnectorState {
  readonly life: ConnectorLife
  /** Name of the storage account that holds the connector's directory. */
  readonly account: string
  readonly secrets: readonly ScimSecret[]
  readonly requiredAttributes: readonly string[]
  readonly uniqueEmail: UniqueEmailRule
  /** When the users are to be walked once more, since an instance with an older row may have claimed nothing for some. */
  readonly emailWalkDue?: string | undefined
  readonly customAttributes: readonly CustomAttribute[]
  readonly marks: Marks
  readonly oidc: OidcState
  readonly created: string
  readonly deletedAt: string | undefined
}

/** The columns of `c.{n}`. */
export function connectorValues(state: ConnectorState): Values {
  return {
    ty: 'entra',
    st: state.life,
    ac: state.account,
    se: JSON.stringify(state.secrets),
    rq: JSON.stringify(state.requiredAttributes),
    ue: state.uniqueEmail,
    ...(state.emailWalkDue === undefined ? {} : { uw: state.emailWalkDue }),
    cu: JSON.stringify(state.customAttributes),
    mk: JSON.stringify(state.marks),
    ...oidcValues(state.oidc),
    ca: state.created,
    ...(state.deletedAt === undefined ? {} : { da: state.deletedAt }),
  }
}

/** A row that is not as we write it is a store that cannot be trusted now, not a connector without secrets. */
export function toConnectorState({ values }: Row): ConnectorState {
  const { st, ue, uw, da } = values
  return {
    life: st === 'enabled' || st === 'disabled' || st === 'deleted' ? st : damaged(),
    account: String(values['ac']),
    secrets: list(values['se']).map(toSecret),
    requiredAttributes: list(values['rq']).map(String),
    uniqueEmail: ue === 'on' || ue === 'building' || ue === 'off' ? ue : damaged(),
    emailWalkDue: typeof uw === 'string' ? uw : undefined,
    customAttributes: list(values['cu'] ?? '[]').map(toCustomAttribute),
    marks: toMarks(values['mk']),
    oidc: toOidcState(values),
    created: String(values['ca']),
    deletedAt: da === undefined ? undefined : String(da),
  }
}

function damaged(): never {
  return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

function list(value: unknown): readonly unknown[] {
  const parsed: unknown = JSON.parse(String(value))
  return Array.isArray(parsed) ? parsed : damaged()
}

function toSecret(value: unknown): ScimSecret {
  if (!isRecord(value)) return damaged()
  const { id, hash, lastFour, createdAt, lastUsedAt } = value
  return {
    id: String(id),
    hash: String(hash),
    lastFour: String(lastFour),
    createdAt: String(createdAt),
    ...(typeof lastUsedAt !== 'string' ? {} : { lastUsedAt }),
  }
}

function toCustomAttribute(value: unknown): CustomAttribute {
  if (!isRecord(value)) return damaged()
  const type = CUSTOM_ATTRIBUTE_TYPES.find((known) => known === value['type']) ?? damaged()
  return { urn: String(value['urn']), name: String(value['name']), type }
}

function toMarks(value: unknown): Marks {
  const parsed: unknown = JSON.parse(String(value))
  if (!isRecord(parsed)) return damaged()
  const known = MARKS.flatMap((mark) => (typeof parsed[mark] === 'string' ? [[mark, parsed[mark]]] : []))
  return Object.fromEntries(known)
}
