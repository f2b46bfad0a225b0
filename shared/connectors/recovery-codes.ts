import { activityRows } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import type { OrganizationId } from '../kernel/ids.ts'
import { newRecoveryCode } from '../kernel/recovery-code.ts'
import { hashSecret } from '../kernel/secrets.ts'
import { ownerKey, readSetupAccess, removeOwners, replaceRecoveryCodes } from '../storage/setup-access.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged, tidy } from '../storage/transaction.ts'
import type { ConnectorsContext } from './context.ts'

const CODES = 10

/** What a page tells of the codes, which nobody reads back. */
export interface RecoveryState {
  readonly createdAt: string
  readonly left: number
  /** When each of the others was used, oldest first. */
  readonly usedAt: readonly string[]
}

/** Ten new codes in the place of all earlier ones; their texts are told now and never again. 404 without the organization. */
export async function createRecoveryCodes(
  { store, caller, now }: ConnectorsContext,
  organization: OrganizationId,
): Promise<readonly string[]> {
  const { texts, old } = await retryWhileChanged(async () => {
    const access = await readSetupAccess(store, organization)
    if (!access.exists) fail({ code: 'not_found', detail: 'There is no organization with this id.' })
    const made = Array.from({ length: CODES }, newRecoveryCode)
    const after = {
      codes: made.map((code) => ({ hash: hashSecret(code) })),
      created: now().toISOString(),
    }
    const activity = {
      operation: 'setup.recovery.create',
      resource: { type: 'Organization', id: organization },
      status: 201,
      note: `${CODES} codes; earlier ones no longer work`,
    }
    const rows = activityRows(caller, activity, now())
    const refusal = await replaceRecoveryCodes(store, access, after, rows)
    return refusal === undefined ? { texts: made, old: access.recovery?.codes ?? [] } : undefined
  })
  await tidy(
    removeOwners(
      store,
      old.map(({ hash }) => ownerKey('recovery', hash)),
    ),
  )
  return texts
}

/** How many codes are left; `undefined` where none were ever made. One storage request. */
export async function getRecoveryState(
  store: Store,
  organization: OrganizationId,
): Promise<RecoveryState | undefined> {
  const { recovery } = await readSetupAccess(store, organization)
  if (recovery === undefined) return undefined
  const usedAt = recovery.codes.flatMap((code) => code.usedAt ?? []).toSorted()
  return { createdAt: recovery.created, left: recovery.codes.length - usedAt.length, usedAt }
}
