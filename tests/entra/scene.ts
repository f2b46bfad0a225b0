import { entraUser, patchOp, type Answer, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

type Json = Record<string, unknown>

/** A connector of its own with one user in it. */
export interface Scene {
  readonly connector: TestConnector
  /** The user as it was answered when it was created. */
  readonly user: Answer['json']
  readonly patch: (...operations: readonly Json[]) => Promise<Answer>
  readonly read: () => Promise<Answer>
  /** By a filter, encoded as Entra does: a form, where a blank is + and a plus is %2B. */
  readonly find: (filter: string) => Promise<Answer>
}

export async function newScene(gatehouse: Gatehouse, overrides: Json = {}, settings?: Json): Promise<Scene> {
  const connector = await gatehouse.newConnector(settings)
  const { status, json: user, text } = await connector.scim('POST', '/Users', entraUser(overrides))
  if (status !== 201) throw new Error(`POST of the user: ${text}`)
  const path = `/Users/${user.id}`
  return {
    connector,
    user,
    patch: (...operations) => connector.scim('PATCH', path, patchOp(...operations)),
    read: () => connector.scim('GET', path),
    find: (filter) => connector.scim('GET', `/Users?${new URLSearchParams({ filter }).toString()}`),
  }
}
