import type { FormValues, OAuthRefusal } from '../kernel/oauth.ts'
import type { PlatformClient } from '../kernel/platform-client.ts'
import { hashSecret, sameHash } from '../kernel/secrets.ts'

interface Credentials {
  readonly id: string
  readonly secret: string | undefined
}

/** Compared with where there is no secret to compare with, so that both take the same time. */
const NO_HASH = '0'.repeat(64)

/**
 * Which client of the platform asks: by `client_secret_basic` or `client_secret_post` where it has a secret, and by
 * its id alone where it has none (RFC 6749 §2.3.1, §3.2.1).
 */
export function authenticateClient(
  clients: ReadonlyMap<string, PlatformClient>,
  { authorization, form }: { readonly authorization: string | undefined; readonly form: FormValues },
): PlatformClient | OAuthRefusal {
  const posted = form.get('client_secret')
  if (authorization !== undefined && posted !== undefined)
    return refuse('invalid_request', 'two-credentials', 'Send the client secret in one way only.')
  const credentials =
    authorization === undefined ? fromForm(form) : fromHeader(authorization, form.get('client_id'))
  if (credentials === undefined) return unknown('client-credentials-malformed')
  const client = clients.get(credentials.id)
  const isRight = sameHash(hashSecret(credentials.secret ?? ''), client?.secretHash ?? NO_HASH)
  if (client === undefined) return unknown('client-unknown')
  if (client.secretHash === undefined)
    return credentials.secret === undefined ? client : unknown('client-has-no-secret', client.id)
  return isRight ? client : unknown('client-secret-wrong', client.id)
}

function fromForm(form: FormValues): Credentials | undefined {
  const id = form.get('client_id')
  return id === undefined ? undefined : { id, secret: form.get('client_secret') }
}

/** Basic, each part form-encoded; an id in the form beside it must be the same. */
function fromHeader(authorization: string, formId: string | undefined): Credentials | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  const [id, secret] = [decode(text.slice(0, Math.max(colon, 0))), decode(text.slice(colon + 1))]
  if (!id || secret === undefined || (formId !== undefined && formId !== id)) return undefined
  return { id, secret }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function unknown(reason: string, client?: string): OAuthRefusal {
  return refuse('invalid_client', reason, 'The client is not known, or its secret is wrong.', client)
}

function refuse(
  error: OAuthRefusal['error'],
  reason: string,
  sentence: string,
  client?: string,
): OAuthRefusal {
  return { kind: 'refused', error, reason, sentence, client }
}
