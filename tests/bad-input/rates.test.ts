import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { startGatehouse, type Answer, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'
import { refusal } from './fixtures.ts'

const PER_SECOND = 5

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ settings: { SCIM_MAX_RPS: String(PER_SECOND) } })
})
afterAll(() => gatehouse.close())

/** Junk is refused by its checksum alone, so that these are quick. */
function fail(connector: TestConnector, times: number): Promise<readonly Answer[]> {
  const headers = { authorization: 'Bearer junk' }
  return Promise.all(
    Array.from({ length: times }, () => connector.scim('GET', '/Schemas', undefined, headers)),
  )
}

describe('valid requests', () => {
  it(`above ${PER_SECOND} a second are told to come back, those of another connector are not`, async () => {
    const connector = await gatehouse.newConnector()
    const other = await gatehouse.newConnector()
    const started = Date.now()

    const answers = await Promise.all(
      Array.from({ length: 60 }, () => connector.scim('GET', '/ServiceProviderConfig')),
    )
    const seconds = Math.floor(Date.now() / 1_000) - Math.floor(started / 1_000) + 1

    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.map(refusal)).toEqual(refused.map(() => '429'))
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(refused.map(() => '1'))
    expect(answers.length - refused.length).toBeGreaterThan(0)
    expect(answers.length - refused.length).toBeLessThanOrEqual(PER_SECOND * seconds)
    expect((await other.scim('GET', '/ServiceProviderConfig')).status).toBe(200)
  })
})

describe('failed authentications', () => {
  it(`above ${LIMITS.failedAuthenticationsPerMinute} a minute slow down failures, and never a valid secret`, async () => {
    const connector = await gatehouse.newConnector()
    const other = await gatehouse.newConnector()

    const within = await fail(connector, LIMITS.failedAuthenticationsPerMinute)
    const beyond = await fail(connector, 5)

    expect(new Set(within.map(refusal))).toEqual(new Set(['401']))
    expect(new Set(beyond.map(refusal))).toEqual(new Set(['429']))
    const waits = beyond.map(({ headers }) => Number(headers.get('retry-after')))
    expect(waits.filter((wait) => !(wait >= 1 && wait <= 60))).toEqual([])
    expect((await connector.scim('GET', '/Schemas')).status).toBe(200)
    expect((await fail(other, 1)).map(refusal)).toEqual(['401'])
  })
})
