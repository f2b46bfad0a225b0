import { describe, expect, it } from 'vitest'
import { getConnectorHealth } from '../../shared/connectors/connector-health.ts'
import type { ScimContext } from '../../shared/scim/context.ts'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import type { Store } from '../../shared/storage/store.ts'
import {
  addUser,
  newDirectory,
  projectUser,
  replaceOp,
  type Directory,
} from '../support/directory-context.ts'
import { countRounds } from '../support/rounds.ts'
import { newConnector, newContext } from './fixtures.ts'

const NOW = new Date('2026-03-10T12:30:00.000Z')

/** A connector whose directory is filled as Entra does it. */
async function newScene() {
  const directory = newDirectory('memory')
  const { connector, tenant } = await newConnector(newContext(directory.store))
  const context: ScimContext = { ...directory.context, tenant, now: () => NOW }
  const scene: Directory = { ...directory, context, tenant }
  return { scene, connector }
}

describe('how a connector does', () => {
  it('counts people who are there, and warns of those who went', async () => {
    const { scene, connector } = await newScene()
    const ids = []
    for (let i = 0; i < 12; i++) ids.push(await addUser(scene))
    for (const id of ids.slice(0, 3)) await deleteUser(scene.context, id)
    for (const id of ids.slice(3, 6))
      await patchUser(scene.context, id, replaceOp('active', false), projectUser())
    const health = await getConnectorHealth(scene.store, connector, NOW)

    expect([health.people, health.groups]).toEqual([9, 0])
    expect(health.warnings).toMatchObject([{ code: 'many-people-lost', level: 'urgent' }])
    expect(health.warnings[0]?.sentence).toContain('6 people')
  })

  it('costs one round of storage requests once the hours are counted', async () => {
    const { scene, connector } = await newScene()
    await addUser(scene)
    await getConnectorHealth(scene.store, connector, NOW)
    const work = (store: Store): Promise<unknown> => getConnectorHealth(store, connector, NOW)

    expect(await countRounds(scene.store, work)).toEqual({ rounds: 1, calls: 5 })
  })
})
