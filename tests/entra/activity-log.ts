import { setImmediate } from 'node:timers/promises'
import type { Gatehouse, TestConnector } from '../support/gatehouse.ts'

/** A row of the activity as the management API shows it. */
export interface Item {
  readonly cursor: string
  readonly at: string
  readonly operation: string
  readonly actor: string
  readonly correlationId: string
  readonly clientRequestId?: string
  readonly status: number
  readonly resource?: { readonly type: string; readonly id: string }
  readonly attributes?: readonly string[]
  readonly note?: string
}

/** A connector's activity, newest first. */
export async function activityOf(
  gatehouse: Gatehouse,
  connector: TestConnector,
  query = '?count=500',
): Promise<readonly Item[]> {
  return (await gatehouse.manage('GET', `${connector.managementPath}/activity${query}`)).json.activity
}

/**
 * The product one call at a time, each in a millisecond of its own: rows of one millisecond have no order among each
 * other, and storage in memory is fast enough to write two.
 */
export function oneByOne(gatehouse: Gatehouse): Gatehouse {
  const manage: Gatehouse['manage'] = (...request) => inTurn(() => gatehouse.manage(...request))
  return {
    ...gatehouse,
    manage,
    newConnector: async (settings) => {
      const connector = await inTurn(() => gatehouse.newConnector())
      if (settings !== undefined) await manage('PATCH', connector.managementPath, settings)
      return { ...connector, scim: (...request) => inTurn(() => connector.scim(...request)) }
    },
  }
}

async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  const answer = await call()
  const answered = Date.now()
  while (Date.now() === answered) await setImmediate()
  return answer
}
