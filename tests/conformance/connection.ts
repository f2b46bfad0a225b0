import { afterAll, beforeAll, expect } from 'vitest'
import { startGatehouse, type Answer, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

/** No attribute is required and no e-mail unique, so that each test sends only what it is about. */
export const RELAXED = { requiredAttributes: [], uniqueEmail: false }

/** The built product for all tests of a file; connectors are made by each test. */
export function useGatehouse(): () => Gatehouse {
  let gatehouse: Gatehouse | undefined
  beforeAll(async () => {
    gatehouse = await startGatehouse()
  })
  afterAll(() => gatehouse?.close())
  return () => {
    if (gatehouse === undefined) throw new Error('the product does not run yet')
    return gatehouse
  }
}

/** The answer to a request that must be taken. */
export async function taken(
  connector: TestConnector,
  ...request: Parameters<TestConnector['scim']>
): Promise<Answer> {
  const answer = await connector.scim(...request)
  expect(answer.status, `${request[0]} ${request[1]}: ${answer.text}`).toBeLessThan(300)
  return answer
}

export function query(parameters: Record<string, string>): string {
  return `?${new URLSearchParams(parameters).toString()}`
}

/** What a resource of a list is called: the user name, or the display name of a group. */
export function namesOf({ json }: Answer): readonly string[] {
  const resources = json.Resources as readonly { userName?: string; displayName: string }[]
  return resources.map(({ userName, displayName }) => userName ?? displayName)
}

/** Status and `scimType` of an answer. */
export function verdict({ status, json }: Answer): readonly [number, string | undefined] {
  return [status, json?.scimType]
}
