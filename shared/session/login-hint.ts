import { isRecord } from '../kernel/json.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { CookieChange } from './cookies.ts'

const NAME = 'hint'
const PURPOSE = 'cookie:hint'
const SECONDS = 60

/** What somebody typed on our page, on its way to Microsoft's: an e-mail address may stand in no URL of ours. */
export async function sealHint(sealer: Sealer, hint: string, now: Date): Promise<CookieChange> {
  const value = await sealer.seal(PURPOSE, JSON.stringify({ hint, at: now.toISOString() }))
  return { name: NAME, value, maxAgeSeconds: SECONDS }
}

/** What was typed within the last minute, if anything. */
export async function openHint(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
  now: Date,
): Promise<string | undefined> {
  const sealed = cookies.get(NAME)
  if (sealed === undefined) return undefined
  const parsed: unknown = JSON.parse((await sealer.open(PURPOSE, sealed)) ?? 'null')
  if (!isRecord(parsed) || typeof parsed['hint'] !== 'string') return undefined
  const age = now.getTime() - Date.parse(String(parsed['at']))
  return age < SECONDS * 1_000 ? parsed['hint'] : undefined
}

export const CLEARED_HINT: CookieChange = { name: NAME, value: '', maxAgeSeconds: 0 }
