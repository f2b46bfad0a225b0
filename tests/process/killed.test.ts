import { expect, it } from 'vitest'
import { send, type Answer } from '../support/gatehouse.ts'
import { sharedSettings, startInstance, type Instance } from './instance.ts'

const WORKERS = 8
const ENOUGH = 60

interface Acknowledged {
  readonly id: string
  readonly userName: string
}

/** Creates users until the process is gone; those that it has acknowledged are in the list. */
async function createUntilGone(
  instance: Instance,
  scim: string,
  headers: Record<string, string>,
): Promise<{ acknowledged: readonly Acknowledged[]; sent: ReadonlySet<string> }> {
  const acknowledged: Acknowledged[] = []
  const sent = new Set<string>()
  const work = async (worker: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const userName = `user-${worker}-${i}`
      sent.add(userName)
      const body = {
        userName,
        externalId: userName,
        name: { givenName: 'M', familyName: 'H' },
        emails: [{ value: userName }],
      }
      const answer = await send(`${scim}/Users`, { method: 'POST', body, headers }).catch(() => undefined)
      if (answer === undefined) return
      if (answer.status !== 201) throw new Error(answer.text)
      acknowledged.push({ id: answer.json.id, userName })
      // In the middle of the others' requests.
      if (acknowledged.length === ENOUGH) await instance.kill()
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)))
  return { acknowledged, sent }
}

it('A process that is killed under load has lost nobody whom it acknowledged, and made nobody by half', async () => {
  const first = await startInstance(sharedSettings())
  const manage = (path: string, body: unknown): Promise<Answer> =>
    send(`${first.url}/management/${path}`, { method: 'POST', body })
  const { json: organization } = await manage('organizations', { name: 'Contoso', plan: 'enterprise' })
  const { json: connector } = await manage(`organizations/${organization.id}/connectors`, { type: 'entra' })
  const headers = { authorization: `Bearer ${connector.scim.password}` }

  const { acknowledged, sent } = await createUntilGone(first, `${first.url}/scim/v2/${connector.id}`, headers)
  const second = await startInstance(sharedSettings())
  try {
    const get = (path: string): Promise<Answer> =>
      send(`${second.url}/scim/v2/${connector.id}${path}`, { method: 'GET', headers })

    expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH)
    for (const { id, userName } of acknowledged)
      expect((await get(`/Users/${id}`)).json.userName).toBe(userName)
    const { json: all } = await get('/Users?count=500')
    expect(all.totalResults).toBe(all.Resources.length)
    // Each name that was ever sent is either wholly there, found by every index, or free.
    const ids = new Map<string, string>(
      all.Resources.map(({ userName, id }: Acknowledged) => [userName, id] as const),
    )
    for (const userName of sent)
      for (const attribute of ['userName', 'externalId', 'emails.value']) {
        const { json } = await get(`/Users?filter=${encodeURIComponent(`${attribute} eq "${userName}"`)}`)
        expect(json.Resources.map(({ id }: Acknowledged) => id)).toEqual(
          ids.has(userName) ? [ids.get(userName)] : [],
        )
      }
  } finally {
    await second.kill()
  }
})
