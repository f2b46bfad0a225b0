import { activityRows, type Caller } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import type { OrganizationId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import { parseRecoveryCode } from '../kernel/recovery-code.ts'
import { hashSecret, isWellFormedSecret, sameHash } from '../kernel/secrets.ts'
import {
  findSetupOwner,
  readSetupAccess,
  replaceRecoveryCodes,
  spendSetupLink,
  type SetupAccess,
  type SetupAccessKind,
} from '../storage/setup-access.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'

/** What a code opened. */
interface SetupEntry {
  readonly organization: OrganizationId
  /** By a link everything may be set up; by a recovery code only what lets people sign in again. */
  readonly kind: SetupAccessKind
}

/** Made once per process: it counts failures, and remembers nothing of any code. */
export interface SetupDoor {
  /**
   * Uses up what somebody typed, a setup link's secret or a recovery code. `undefined` for what is unknown, used,
   * expired or no code at all, all alike; `rate_limited` beyond 60 such failures a minute, which never stops a right one.
   */
  redeem(typed: string, caller: Caller): Promise<SetupEntry | undefined>
}

const MINUTE_MS = 60_000

export function createSetupDoor({ store, now }: { store: Store; now: () => Date }): SetupDoor {
  let since = 0
  let failures = 0
  const refuse = (): undefined => {
    const time = now().getTime()
    if (time - since >= MINUTE_MS) [since, failures] = [time, 0]
    failures += 1
    if (failures > LIMITS.failedSetupCodesPerMinute)
      fail({ code: 'rate_limited', retryAfterSeconds: Math.ceil((since + MINUTE_MS - time) / 1_000) })
    return undefined
  }
  return {
    async redeem(typed, caller) {
      const code = parse(typed)
      const organization = code && (await findSetupOwner(store, code.kind, code.hash))
      if (code === undefined || organization === undefined) return refuse()
      const isOpen = await retryWhileChanged(() => spend(store, { organization, ...code }, caller, now()))
      return isOpen === 'opened' ? { organization, kind: code.kind } : refuse()
    },
  }
}

interface Code {
  readonly kind: SetupAccessKind
  readonly hash: string
}

/** What cannot be a code of ours is told by its checksum, without storage. */
function parse(typed: string): Code | undefined {
  const secret = typed.trim()
  if (isWellFormedSecret('setup', secret)) return { kind: 'link', hash: hashSecret(secret) }
  const recovery = parseRecoveryCode(secret)
  return recovery === undefined ? undefined : { kind: 'recovery', hash: hashSecret(recovery) }
}

async function spend(
  store: Store,
  code: Code & { readonly organization: OrganizationId },
  caller: Caller,
  at: Date,
): Promise<'opened' | 'refused' | undefined> {
  const access = await readSetupAccess(store, code.organization)
  if (!access.exists) return 'refused'
  return code.kind === 'link'
    ? spendLink(store, access, code.hash, { caller, at })
    : spendRecoveryCode(store, access, code.hash, { caller, at })
}

interface Use {
  readonly caller: Caller
  readonly at: Date
}

async function spendLink(
  store: Store,
  access: SetupAccess,
  hash: string,
  { caller, at }: Use,
): Promise<'opened' | 'refused' | undefined> {
  const link = access.links.find((one) => sameHash(one.hash, hash))
  if (link === undefined || link.usedAt !== undefined || Date.parse(link.expires) <= at.getTime())
    return 'refused'
  const resource = { type: 'Organization', id: access.organization }
  const rows = activityRows(caller, { operation: 'setup.link.use', resource, status: 200 }, at)
  return (await spendSetupLink(store, access, { link, at }, rows)) === undefined ? 'opened' : undefined
}

async function spendRecoveryCode(
  store: Store,
  access: SetupAccess,
  hash: string,
  { caller, at }: Use,
): Promise<'opened' | 'refused' | undefined> {
  const { recovery, organization } = access
  const code = recovery?.codes.find((one) => sameHash(one.hash, hash))
  if (recovery === undefined || code === undefined || code.usedAt !== undefined) return 'refused'
  const codes = recovery.codes.map((one) => (one === code ? { ...one, usedAt: at.toISOString() } : one))
  const left = codes.filter(({ usedAt }) => usedAt === undefined).length
  const activity = {
    operation: 'setup.recovery.use',
    resource: { type: 'Organization', id: organization },
    status: 200,
    note: `${left} codes left`,
  }
  const after = { codes, created: recovery.created }
  const refusal = await replaceRecoveryCodes(store, access, after, activityRows(caller, activity, at))
  return refusal === undefined ? 'opened' : undefined
}
