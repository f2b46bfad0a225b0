import { randomBytes } from 'node:crypto'
import { parseOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { isRecord } from '../kernel/json.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { CookieChange } from './cookies.ts'

/** What a setup link or a recovery code opens: an organization's setup, without a person. It is kept in the browser, sealed. */
export interface SetupSession {
  readonly organization: OrganizationId
  /** `recovery`: by a recovery code, and for Organization Setup only. */
  readonly kind: 'setup' | 'recovery'
  /** Our own name for this one: what is done in it is logged as done by `setup:{id}`. */
  readonly id: string
  /** What a form of ours carries. */
  readonly csrf: string
  /** ISO. Nothing prolongs it. */
  readonly startedAt: string
}

const NAME = 'setup'
const PURPOSE = 'cookie:setup'
const LIFE_MS = { setup: 3_600_000, recovery: 1_800_000 } as const
/** A clock that another instance has set. */
const SKEW_MS = 60_000

/** A session that begins now, by a code that has just been used up. */
export function newSetupSession(
  entry: { readonly organization: OrganizationId; readonly kind: 'link' | 'recovery' },
  at: Date,
): SetupSession {
  return {
    organization: entry.organization,
    kind: entry.kind === 'link' ? 'setup' : 'recovery',
    id: randomBytes(8).toString('hex'),
    csrf: randomBytes(32).toString('base64url'),
    startedAt: at.toISOString(),
  }
}

/** The session as a cookie, which lasts as long as the browser and opens for an hour, or half of one for a recovery. */
export async function sealSetupSession(sealer: Sealer, session: SetupSession): Promise<CookieChange> {
  return { name: NAME, value: await sealer.seal(PURPOSE, JSON.stringify(session)) }
}

/** When it is over. */
export function setupSessionEnd({ kind, startedAt }: SetupSession): Date {
  return new Date(Date.parse(startedAt) + LIFE_MS[kind])
}

/** The session that the browser carries, while it lasts. */
export async function openSetupSession(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
  now: Date,
): Promise<SetupSession | undefined> {
  const sealed = cookies.get(NAME)
  const parsed: unknown =
    sealed === undefined ? undefined : JSON.parse((await sealer.open(PURPOSE, sealed)) ?? 'null')
  if (!isRecord(parsed)) return undefined
  const organization = parseOrganizationId(String(parsed['organization']))
  if (organization === undefined) return undefined
  const { id, csrf, startedAt } = parsed
  // What is not said to be the greater right is the lesser one.
  const kind = parsed['kind'] === 'setup' ? 'setup' : 'recovery'
  const session: SetupSession = {
    organization,
    kind,
    id: String(id),
    csrf: String(csrf),
    startedAt: String(startedAt),
  }
  const isLive = Date.parse(session.startedAt) <= now.getTime() + SKEW_MS && now < setupSessionEnd(session)
  return isLive ? session : undefined
}
