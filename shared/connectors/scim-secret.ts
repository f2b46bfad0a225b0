import { fail } from '../kernel/failure.ts'
import { randomText, type ConnectorId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import { hashSecret, newSecret } from '../kernel/secrets.ts'
import type { ScimSecret } from '../storage/config-connector-row.ts'
import { changeConnector, requireEditable } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'

/** A secret as it is kept, and its text, which is shown once and never again. */
export interface MintedSecret {
  readonly secret: ScimSecret
  readonly password: string
}

export function mintScimSecret(now: Date): MintedSecret {
  const password = newSecret('scim')
  const secret = {
    id: randomText(8),
    hash: hashSecret(password),
    lastFour: password.slice(-4),
    createdAt: now.toISOString(),
  }
  return { secret, password }
}

/**
 * Gives a connector a second password, so that it can be exchanged in Entra without a gap. 409 where two live already,
 * 403 on the standard plan, 404 where there is no such connector.
 */
export async function addScimSecret(context: ConnectorsContext, id: ConnectorId): Promise<MintedSecret> {
  await requireEditable(context, id)
  const minted = mintScimSecret(context.now())
  const activity = { operation: 'connector.secret.create', status: 201, note: `secret ${minted.secret.id}` }
  await changeConnector(context, id, activity, (before) => {
    if (before.secrets.length >= LIMITS.scimSecrets)
      fail({
        code: 'conflict',
        detail: `The connector has ${LIMITS.scimSecrets} passwords. Revoke the one that Entra no longer uses.`,
      })
    return { ...before, secrets: [...before.secrets, minted.secret] }
  })
  return minted
}

/** Revokes a password, the last one too, on every plan: a leaked one must never outlive a bill. 404 where there is none. */
export async function revokeScimSecret(
  context: ConnectorsContext,
  id: ConnectorId,
  secretId: string,
): Promise<void> {
  const activity = { operation: 'connector.secret.delete', status: 204, note: `secret ${secretId}` }
  await changeConnector(context, id, activity, (before) => {
    const secrets = before.secrets.filter((secret) => secret.id !== secretId)
    if (secrets.length === before.secrets.length)
      fail({ code: 'not_found', detail: 'The connector has no password with this id.' })
    return { ...before, secrets }
  })
}
