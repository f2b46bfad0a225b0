import { fail, failureOf } from '../kernel/failure.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Store } from './store.ts'
import type { Refusal, Write } from './table.ts'

/**
 * Commits one transaction in the tenant's partition. `proof` is the key of a row that only this transaction inserts:
 * where an answer was lost after the commit and the retry was refused, its presence shows that we succeeded.
 * Comes back with the refusal, or `undefined` once everything is written.
 */
export async function commit(
  store: Store,
  tenant: Tenant,
  writes: readonly Write[],
  proof: string,
): Promise<Refusal | undefined> {
  const table = store.table(tenant.account, 'directory')
  const result = await table.batch(tenant.connector, writes)
  if (result.refusal === undefined || !result.resent) return result.refusal
  return (await table.get(tenant.connector, proof)) === undefined ? result.refusal : undefined
}

const TRIES = 8

/**
 * Runs a read-modify-write until it holds. `attempt` comes back with `undefined` when somebody else was faster; after
 * eight such rounds the store is too busy, which is a 503 and never a 412 that the client did not ask for.
 */
export async function retryWhileChanged<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < TRIES; round++) {
    const result = await attempt()
    if (result !== undefined) return result
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** round))
  }
  return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

/** Waits for work that only tidies up behind what is committed or read: an outage leaves it to the next request. */
export async function tidy(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (failureOf(error)?.code !== 'storage_unavailable') throw error
  }
}
