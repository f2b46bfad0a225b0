import { randomBytes } from 'node:crypto'
import type { Faults } from '../../local/entra/sign-in/faults.ts'
import type { Rotation } from '../../local/entra/sign-in/keys.ts'
import { keysOf } from '../support/directory-context.ts'
import {
  complete,
  goAndReturn,
  inAWord,
  join,
  PORTAL,
  provision,
  reasonOf,
  type Joined,
  type JoinOptions,
  type Trip,
} from './fixtures.ts'

/** What is wrong, or unusual, in one sign-in of somebody who may sign in. */
export interface Case {
  readonly faults?: Faults
  readonly trip?: Trip
  readonly options?: JoinOptions
  readonly before?: (joined: Joined) => Promise<Joined>
  /** Comes back with the same answer once more. */
  readonly isTwice?: boolean
}

export interface Result {
  /** `signed-in`, or the reason of the refusal. */
  readonly outcome: string
  /** Somebody was linked. */
  readonly isLinked: boolean
  /** Codes that were sent to Entra. */
  readonly redemptions: number
}

const MINUTE_MS = 60_000

/** Runs a case at a tenant of its own. */
export async function run({ faults = {}, trip, options, before, isTwice }: Case): Promise<Result> {
  const began = await join(options)
  await provision(began, began.scene.ada)
  const joined = (await before?.(began)) ?? began
  const { tenant } = joined.scene
  tenant.setFaults(faults)
  const outcome = isTwice ? await outcomeOfSecond(joined, trip) : await reasonOf(joined, trip)
  const links = await keysOf(joined.directory, 'o.')
  return { outcome, isLinked: links.length > 0, redemptions: tenant.requests().token }
}

async function outcomeOfSecond(joined: Joined, trip: Trip = {}): Promise<string> {
  const returned = await goAndReturn(joined, trip)
  await complete(joined, returned)
  return inAWord(await complete(joined, returned))
}

/** The tenant signs with another key from now on; whoever remembers keys has not looked for a minute. */
export function rotated(rotation: Rotation, isWarm = false): (joined: Joined) => Promise<Joined> {
  return async (joined) => {
    let late = 0
    const party = joined.newParty({ now: () => new Date(Date.now() + late) })
    if (isWarm) await provision(joined, joined.scene.ben)
    if (isWarm) await reasonOf(joined, { party, objectId: joined.scene.ben.objectId })
    await joined.scene.tenant.rotateKeys(rotation)
    late = MINUTE_MS + 1_000
    return { ...joined, party }
  }
}

export async function withWrongSecret(joined: Joined): Promise<Joined> {
  const { connector, sealer, settings } = joined
  const wrong = randomBytes(20).toString('base64url')
  const clientSecret = await sealer.seal(`connector:${connector.id}:clientSecret`, wrong)
  return { ...joined, settings: { ...settings, clientSecret } }
}

export const change = (edit: (query: URLSearchParams) => void): Case => ({ trip: { change: edit } })
export const idToken = (fault: NonNullable<Faults['idToken']>): Case => ({ faults: { idToken: fault } })
export const app: Trip = { platform: 'app', target: PORTAL }
