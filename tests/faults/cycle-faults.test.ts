import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseConnectorId } from '../../shared/kernel/ids.ts'
import { openStore } from '../../shared/storage/store.ts'
import { checkDirectory } from '../support/directory.ts'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { runFaultyCycles } from './cycle.ts'
import {
  expectedStatuses,
  FAULTS,
  MORE_FAULTS,
  newFaultPlan,
  WRITE_KINDS,
  type FaultPlan,
} from './fault-plan.ts'
import { findingsOf } from './verified.ts'
import { startStorageProxy, type StorageProxy } from './storage-proxy.ts'

/* Entra's provisioning service at work while its writes, each kind in turn, meet a fault of the storage. */

/** `npm run faults` asks for all of them. */
const isLongRun = process.env['FAULTS_ALL'] !== undefined
const faultCases = isLongRun ? [...FAULTS, ...MORE_FAULTS] : FAULTS

let plan: FaultPlan
let proxy: StorageProxy
let gatehouse: Gatehouse
beforeAll(async () => {
  plan = newFaultPlan()
  proxy = await startStorageProxy(inject('azurite'), plan)
  gatehouse = await startGatehouse({ settings: { TABLES_ACCOUNTS: `main=${proxy.connectionString}` } })
})
afterAll(async () => {
  await gatehouse.close()
  await proxy.close()
})

/** Breaks of the rules that every connector's rows obey. */
async function brokenRules(id: string): Promise<readonly string[]> {
  const location = { kind: 'connectionString', connectionString: inject('azurite') } as const
  const connector = parseConnectorId(id)
  if (connector === undefined) throw new Error(`${id} is no connector`)
  return checkDirectory(openStore(new Map([['main', location]])), { connector, account: 'main' })
}

describe.concurrent.each(faultCases)('a provisioning cycle in which $name meets', ({ faults }) => {
  it.each(WRITE_KINDS)('%s ends with what the tenant holds', async (kind) => {
    const connector = await gatehouse.newConnector()
    plan.arm(connector.organization, { kind, faults })

    const outcome = await runFaultyCycles(connector, { seed: 1 })

    expect(plan.hits(connector.organization)).toBe(faults.length)
    expect(outcome.differences).toEqual([])
    expect(outcome.statuses).toEqual(expectedStatuses(kind, faults))
    expect(await brokenRules(connector.id)).toEqual([])
    // Slower, and says no more than the check before.
    expect(isLongRun ? await findingsOf(gatehouse.url, connector.managementPath) : []).toEqual([])
  })
})
