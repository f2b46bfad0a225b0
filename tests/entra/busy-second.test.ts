import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, startGatehouse, type Answer, type Gatehouse } from '../support/gatehouse.ts'

/* The rate that Microsoft asks for, and what its validators send at once. In memory, so that a second is one. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ settings: { SCIM_MAX_RPS: '500' } })
})
afterAll(() => gatehouse.close())

const times = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

/** How many answers have which status. */
function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('a busy second', () => {
  it('of 200 requests with 50 wrong secrets among them holds no valid one back', async () => {
    const connector = await gatehouse.newConnector()
    const wrong = { authorization: 'Bearer wrong' }
    const [valid, invalid] = await Promise.all([
      times(200, (i) =>
        i % 4
          ? connector.scim('GET', `/Users?filter=userName+eq+%22${i}%22`)
          : connector.scim('POST', '/Users', entraUser()),
      ),
      times(50, () => connector.scim('GET', '/Users', undefined, wrong)),
    ])
    expect([tally(valid), tally(invalid)]).toEqual([{ 200: 150, 201: 50 }, { 401: 50 }])
    expect((await connector.scim('GET', '/Users?count=1')).json.totalResults).toBe(50)
  })
})
