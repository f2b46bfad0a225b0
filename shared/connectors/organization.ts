import { fail } from '../kernel/failure.ts'
import { newOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { claimNames, readClaims, releaseClaims } from '../storage/config-claims.ts'
import {
  claimKeys,
  findOrganization,
  insertOrganization,
  replaceOrganization,
  type OrganizationState,
  type StoredOrganization,
} from '../storage/organizations.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import type { ConnectorsContext } from './context.ts'
import { parseDomains, parseOrganizationName, parsePlan, parseShortName } from './organization-names.ts'

export interface OrganizationInput {
  readonly name: string
  readonly plan: string
  readonly shortName?: string | undefined
  readonly domains?: readonly string[] | undefined
}

/** What a change sets; what is absent stays. `null` takes the short name away. */
export interface OrganizationPatch {
  readonly name?: string | undefined
  readonly plan?: string | undefined
  readonly shortName?: string | null | undefined
  readonly domains?: readonly string[] | undefined
}

/** Creates an organization. 400 for values that are not allowed, 409 for a short name or domain that another one holds. */
export async function createOrganization(
  { store, now }: ConnectorsContext,
  input: OrganizationInput,
): Promise<StoredOrganization> {
  const id = newOrganizationId()
  const state: OrganizationState = {
    name: parseOrganizationName(input.name),
    plan: parsePlan(input.plan),
    shortName: input.shortName === undefined ? undefined : parseShortName(input.shortName),
    domains: parseDomains(input.domains ?? []),
    nextConnector: 1,
    created: now().toISOString(),
    deletedAt: undefined,
  }
  await claim(store, id, claimKeys(state), now())
  await insertOrganization(store, id, state)
  return getOrganization(store, id)
}

/** The organization; 404 where there is none or it is deleted. */
export async function getOrganization(store: Store, id: OrganizationId): Promise<StoredOrganization> {
  const found = await findOrganization(store, id)
  if (found === undefined || found.deletedAt !== undefined)
    return fail({ code: 'not_found', detail: 'There is no organization with this id.' })
  return found
}

/**
 * Changes an organization. Names that are new are claimed before its row is written and dropped ones let go after it,
 * so at no time do two organizations hold one. 400, 404 and 409 as for creating.
 */
export async function updateOrganization(
  { store, now }: ConnectorsContext,
  id: OrganizationId,
  patch: OrganizationPatch,
): Promise<StoredOrganization> {
  return retryWhileChanged(async () => {
    const before = await getOrganization(store, id)
    const after = patched(before, patch)
    const [held, wanted] = [claimKeys(before), claimKeys(after)]
    // Read before the row is written: whoever takes up a dropped name afterwards renews the claim, which then stays.
    const dropped = await readClaims(
      store,
      id,
      held.filter((key) => !wanted.includes(key)),
    )
    await claim(
      store,
      id,
      wanted.filter((key) => !held.includes(key)),
      now(),
    )
    if ((await replaceOrganization(store, before, after)) !== undefined) return undefined
    await releaseClaims(store, dropped)
    return getOrganization(store, id)
  })
}

function patched(before: StoredOrganization, patch: OrganizationPatch): OrganizationState {
  return {
    ...before,
    name: patch.name === undefined ? before.name : parseOrganizationName(patch.name),
    plan: patch.plan === undefined ? before.plan : parsePlan(patch.plan),
    shortName:
      patch.shortName === undefined
        ? before.shortName
        : patch.shortName === null
          ? undefined
          : parseShortName(patch.shortName),
    domains: patch.domains === undefined ? before.domains : parseDomains(patch.domains),
  }
}

async function claim(store: Store, id: OrganizationId, keys: readonly string[], now: Date): Promise<void> {
  const taken = await claimNames(store, id, keys, now)
  if (taken === undefined) return
  const [kind, attribute] = taken.startsWith('s.') ? ['short name', 'shortName'] : ['domain', 'domains']
  fail({
    code: 'not_unique',
    detail: `The ${kind} "${taken.slice(2)}" belongs to another organization.`,
    attributes: [attribute],
  })
}
