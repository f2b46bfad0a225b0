import type { ConnectorPatch } from '../shared/connectors/connector.ts'
import { issuerOf } from '../shared/connectors/authority.ts'
import { readOidcPatch, type OidcPatch } from '../shared/connectors/oidc-settings.ts'
import { failureOf } from '../shared/kernel/failure.ts'
import type { ConnectorFields, FieldName } from '../shared/portal/connector-fields.tsx'
import type { PageRequest } from './browser-registration.ts'

type Connector = NonNullable<Awaited<ReturnType<PageRequest['services']['finder']['findEnabled']>>>
type Errors = Readonly<Partial<Record<FieldName, string>>>

/** The fields as they are kept. */
export function fieldsOf({ oidc, life, requiredAttributes }: Connector): ConnectorFields {
  const settings = oidc.draft ?? oidc.active
  return {
    authority: settings === undefined ? '' : issuerOf(settings.authority),
    clientId: settings?.clientId ?? '',
    clientSecret: '',
    clientSecretExpiresAt: settings?.clientSecretExpiresAt?.slice(0, 10) ?? '',
    linkByUserName: settings?.linkByUserName ?? true,
    isEnabled: life === 'enabled',
    requiredAttributes,
  }
}

/** The fields as somebody typed them. */
export function typedFields(form: URLSearchParams): ConnectorFields {
  const text = (name: FieldName): string => (form.get(name) ?? '').trim()
  return {
    authority: text('authority'),
    clientId: text('clientId'),
    clientSecret: text('clientSecret'),
    clientSecretExpiresAt: text('clientSecretExpiresAt'),
    linkByUserName: form.has('linkByUserName'),
    isEnabled: form.has('enabled'),
    requiredAttributes: form.getAll('required'),
  }
}

/** What the typed fields change: what is as it was is left out, so that nothing is tested or logged for nothing. */
export function patchOf(before: ConnectorFields, typed: ConnectorFields): ConnectorPatch {
  const oidc = oidcPatchOf(before, typed)
  const { authority, clientId, clientSecret } = typed
  const isConnected = authority !== '' || clientId !== '' || clientSecret !== ''
  return {
    ...(typed.isEnabled === before.isEnabled ? {} : { state: typed.isEnabled ? 'enabled' : 'disabled' }),
    ...(isSame(typed.requiredAttributes, before.requiredAttributes)
      ? {}
      : { requiredAttributes: typed.requiredAttributes }),
    ...(isConnected && Object.keys(oidc).length > 0 ? { oidc } : {}),
  }
}

function oidcPatchOf(before: ConnectorFields, typed: ConnectorFields): OidcPatch {
  const { authority, clientId, clientSecret, clientSecretExpiresAt: expires } = typed
  return {
    ...(authority === before.authority ? {} : { authority }),
    ...(clientId === before.clientId ? {} : { clientId }),
    ...(clientSecret === '' ? {} : { clientSecret }),
    ...(expires === before.clientSecretExpiresAt
      ? {}
      : { clientSecretExpiresAt: expires === '' ? null : expires }),
    ...(typed.linkByUserName === before.linkByUserName ? {} : { linkByUserName: typed.linkByUserName }),
  }
}

/** What is wrong with each field of a patch, by the field. */
export async function errorsOf(
  { services, now }: PageRequest,
  { id }: Connector,
  { oidc = {} }: ConnectorPatch,
  typed: ConnectorFields,
): Promise<Errors> {
  const { sealer, settings, resolveTenant } = services
  const ports = { sealer, extraIssuers: settings.extraIssuers, resolveTenant }
  const names = ['authority', 'clientId', 'clientSecret', 'clientSecretExpiresAt'] as const
  const errors: Partial<Record<FieldName, string>> = {}
  for (const name of names) {
    const value = oidc[name]
    try {
      if (value !== undefined) await readOidcPatch(id, { [name]: value }, ports, now)
    } catch (error) {
      const failure = failureOf(error)
      if (failure?.code !== 'bad_request') throw error
      errors[name] = failure.detail
    }
  }
  const isBegun = Object.keys(oidc).length > 0
  if (isBegun && typed.authority === '') errors.authority = 'Enter the authority too.'
  if (isBegun && typed.clientId === '') errors.clientId = 'Enter the client id too.'
  return errors
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((one) => right.includes(one))
}
