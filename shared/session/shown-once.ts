import { isRecord } from '../kernel/json.ts'
import { hashSecret, sameHash } from '../kernel/secrets.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { CookieChange } from './cookies.ts'

/** A secret on its way from the form that made it to the page that shows it, once. */
export interface ShownOnce {
  /** What it belongs to, such as a connector's id. */
  readonly subject: string
  readonly text: string
}

const NAME = 'shown'
const PURPOSE = 'cookie:shown'
const LIFE_SECONDS = 300

export const CLEARED_SHOWN: CookieChange = { name: NAME, value: '', maxAgeSeconds: 0 }

/** The secret as a cookie that only this session opens, for five minutes. */
export async function sealShown(
  sealer: Sealer,
  { subject, text }: ShownOnce,
  csrf: string,
  at: Date,
): Promise<CookieChange> {
  const payload = { subject, text, session: hashSecret(csrf), at: at.toISOString() }
  const value = await sealer.seal(PURPOSE, JSON.stringify(payload))
  return { name: NAME, value, maxAgeSeconds: LIFE_SECONDS }
}

/** The text that was made for the subject in this session; whoever shows it clears the cookie. */
export async function openShown(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
  wanted: { readonly subject: string; readonly csrf: string; readonly now: Date },
): Promise<string | undefined> {
  const sealed = cookies.get(NAME)
  const parsed: unknown =
    sealed === undefined ? undefined : JSON.parse((await sealer.open(PURPOSE, sealed)) ?? 'null')
  if (!isRecord(parsed) || parsed['subject'] !== wanted.subject) return undefined
  const age = wanted.now.getTime() - Date.parse(String(parsed['at']))
  if (age >= LIFE_SECONDS * 1_000 || !sameHash(String(parsed['session']), hashSecret(wanted.csrf)))
    return undefined
  return String(parsed['text'])
}
