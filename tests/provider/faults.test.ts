import { describe, expect, it } from 'vitest'
import type { Provider } from '../../shared/provider/provider.ts'
import { requestTokens } from '../../shared/provider/token-request.ts'
import { listFamilies } from '../../shared/storage/refresh-families.ts'
import type { Store } from '../../shared/storage/store.ts'
import { failureFrom, intercept, outage } from '../connectors/fixtures.ts'
import { bodyOf, codeForm, credentialsOf, endOf, newScene, type Form, type Scene } from './fixtures.ts'

/** Every write is committed, its answer lost, and the retry refused because of itself. */
function losingAnswers(store: Store): Store {
  return {
    ...store,
    table(account, name) {
      const table = store.table(account, name)
      return {
        ...table,
        async batch(partition, writes) {
          const first = await table.batch(partition, writes)
          return first.refusal === undefined
            ? { ...(await table.batch(partition, writes)), resent: true }
            : first
        },
      }
    },
  }
}

function ask(scene: Scene, form: Form, changes: Partial<Provider>) {
  return requestTokens(
    { ...scene.provider, ...changes },
    {
      authorization: undefined,
      form: new Map(Object.entries({ ...credentialsOf('portal'), ...form })),
      caller: scene.directory.context.caller,
    },
  )
}

async function refreshForm(scene: Scene): Promise<Form> {
  const { refresh_token: token = '' } = bodyOf(await scene.redeem('portal'))
  return { grant_type: 'refresh_token', refresh_token: token }
}

const FORMS: readonly (readonly [string, (scene: Scene) => Promise<Form>])[] = [
  ['a code', async (scene) => codeForm('portal', await scene.signIn('portal'))],
  ['a refresh token', refreshForm],
]

describe.each(FORMS)('%s', (_, newForm) => {
  it('is traded where the answer of the store got lost: the client sees nothing of it', async () => {
    const scene = await newScene()
    const { store, tenant } = scene.directory
    const form = await newForm(scene)
    const body = bodyOf(await ask(scene, form, { store: losingAnswers(store) }))

    expect(await listFamilies(store, tenant, scene.user)).toHaveLength(1)
    expect(endOf(await scene.refresh('portal', body['refresh_token'] ?? ''))).toBe('ok')
  })

  it('is not spent while nothing can be signed: the client can come again with it', async () => {
    const scene = await newScene()
    const form = await newForm(scene)
    const keys = { ...scene.provider.keys, current: () => Promise.reject(outage()) }
    const failure = await failureFrom(ask(scene, form, { keys }))

    expect(failure.code).toBe('storage_unavailable')
    expect(endOf(await ask(scene, form, {}))).toBe('ok')
  })

  it('is not refused in an outage of the store, whichever request it meets', async () => {
    for (const last of [0, 1]) {
      const scene = await newScene()
      const form = await newForm(scene)
      let calls = 0
      const store = intercept(scene.directory.store, () => {
        if (calls++ >= last) throw outage()
      })

      expect((await failureFrom(ask(scene, form, { store }))).code).toBe('storage_unavailable')
      expect(endOf(await ask(scene, form, {}))).toBe('ok')
    }
  })

  it('of a row that is not as we write it is an outage, not a refusal', async () => {
    const scene = await newScene()
    const form = await newForm(scene)
    const { store, tenant } = scene.directory
    const table = store.table(tenant.account, 'directory')
    for (const prefix of ['k.', 'f.'])
      for (const { key } of await table.range(tenant.connector, {
        from: prefix,
        to: `${prefix}~`,
        limit: 10,
      }))
        await table.batch(tenant.connector, [{ kind: 'merge', key, values: { j: '[]' } }])

    expect((await failureFrom(ask(scene, form, {}))).code).toBe('storage_unavailable')
  })
})
