import { patchOp, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'
import { RELAXED, taken } from './connection.ts'

export const ENDPOINTS = ['Users', 'Groups'] as const
export type Endpoint = (typeof ENDPOINTS)[number]
export const BODIES = {
  Users: { userName: 'ann', displayName: 'Ann' },
  Groups: { displayName: 'Ann', externalId: 'g-1' },
}
export const rename = (value: string) => patchOp({ op: 'replace', path: 'displayName', value })

/** A resource in a connector of its own. */
export interface Scene {
  readonly connector: TestConnector
  readonly path: string
  readonly etag: string
  /** The current version. */
  readonly version: () => Promise<string>
}

export async function newScene(gatehouse: Gatehouse, endpoint: Endpoint): Promise<Scene> {
  const connector = await gatehouse.newConnector(RELAXED)
  const { json, headers } = await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
  const path = `/${endpoint}/${json.id}`
  const version = async () => String((await taken(connector, 'GET', path)).headers.get('etag'))
  return { connector, path, etag: String(headers.get('etag')), version }
}
