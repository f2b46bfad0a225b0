import { setTimeout as wait } from 'node:timers/promises'
import { newRandom, type Random } from '../fuzz/random.ts'
import { entraGroup, patchOp, send, type Answer } from '../support/gatehouse.ts'
import { startAzuriteProcess, startProductProcess } from './processes.ts'
import { findingsOf } from './verified.ts'

/** What the clients have been told, and so may rely on. A title in `sent` may have been written or not. */
interface Known {
  readonly users: Map<string, { title: string; readonly sent: Set<string> }>
  readonly deleted: Set<string>
  /** Users whose DELETE was never answered. */
  readonly doubtful: Set<string>
  readonly members: Set<string>
}

export interface KillReport {
  readonly kills: number
  readonly acknowledged: number
  /** Requests that were cut off. */
  readonly unanswered: number
  /** Promises that were broken; none where all is well. */
  readonly losses: readonly string[]
}

interface Target {
  url: string
  readonly scimPath: string
  readonly headers: Record<string, string>
}

const WORKERS = 8
const LONGEST_LIFE_MS = 900

/**
 * Kills the product again and again under load, at moments drawn from a seed, and starts it anew on the same storage.
 * Each time, everything that it had acknowledged must be there, and every row must have its owner.
 */
export async function killRepeatedly(kills: number, seed: number): Promise<KillReport> {
  const azurite = await startAzuriteProcess()
  let product = await startProductProcess(azurite.address)
  const random = newRandom(seed, 0)
  const known: Known = { users: new Map(), deleted: new Set(), doubtful: new Set(), members: new Set() }
  const losses: string[] = []
  let [acknowledged, unanswered] = [0, 0]
  try {
    const { target, group, managementPath } = await prepare(product.address)
    for (let kill = 1; kill <= kills; kill++) {
      const work = load(target, group, { known, seed: seed + kill })
      await wait(random.index(LONGEST_LIFE_MS))
      await product.kill()
      const counts = await work
      acknowledged += counts.acknowledged
      unanswered += counts.unanswered
      product = await startProductProcess(azurite.address)
      target.url = product.address
      const broken = [
        ...(await brokenPromises(target, group, known)),
        ...(await findingsOf(target.url, managementPath)),
      ]
      losses.push(...broken.map((loss) => `kill ${kill}: ${loss}`))
    }
  } finally {
    await product.kill()
    await azurite.kill()
  }
  return { kills, acknowledged, unanswered, losses }
}

async function prepare(url: string): Promise<{ target: Target; group: string; managementPath: string }> {
  const post = async (path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> => {
    const answer = await send(url + path, { method: 'POST', body, ...(headers && { headers }) })
    if (answer.status !== 201) throw new Error(answer.text)
    return answer
  }
  const organization = await post('/management/organizations', { name: 'Contoso', plan: 'enterprise' })
  const path = `organizations/${organization.json.id}/connectors`
  const connector = await post(`/management/${path}`, { type: 'entra' })
  const scimPath = `/scim/v2/${connector.json.id}`
  const headers = {
    authorization: `Bearer ${connector.json.scim.password}`,
    'content-type': 'application/scim+json',
  }
  const group = await post(`${scimPath}/Groups`, entraGroup(), headers)
  return {
    target: { url, scimPath, headers },
    group: group.json.id,
    managementPath: `${path}/${connector.json.id}`,
  }
}

function ask(
  { url, scimPath, headers }: Target,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return send(url + scimPath + path, { method, body, headers })
}

/** Works until the process is gone. Each worker has users of its own, so that what it knows of them is certain. */
async function load(
  target: Target,
  group: string,
  { known, seed }: { known: Known; seed: number },
): Promise<{ acknowledged: number; unanswered: number }> {
  const counts = { acknowledged: 0, unanswered: 0 }
  const worker = async (number: number): Promise<void> => {
    const random = newRandom(seed, number)
    const own: string[] = []
    for (let i = 0; ; i++) {
      try {
        await anyWrite({ target, group, known, own, random, name: `${seed}.${number}.${i}@x.example` })
        counts.acknowledged++
      } catch (error) {
        if (!isCutOff(error)) throw error
        counts.unanswered++
        return
      }
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)))
  return counts
}

/** What `fetch` throws for a connection that broke. */
function isCutOff(error: unknown): boolean {
  return error instanceof TypeError
}

interface Step {
  readonly target: Target
  readonly group: string
  readonly known: Known
  readonly own: string[]
  readonly random: Random
  readonly name: string
}

async function anyWrite(step: Step): Promise<void> {
  const { known, own, random } = step
  const id = own.length < 2 || random.chance(0.4) ? undefined : random.pick(own)
  if (id === undefined) return createUser(step)
  const user = known.users.get(id)
  if (user === undefined) throw new Error(`${id} is not known`)
  if (random.chance(0.2)) {
    own.splice(own.indexOf(id), 1)
    return deleteUser(step, id)
  }
  return random.chance(0.5) ? changeUser(step, id, user) : joinGroup(step, id)
}

async function createUser({ target, known, own, name }: Step): Promise<void> {
  const names = { givenName: 'Mira', familyName: 'Holt' }
  const body = { userName: name, externalId: name, title: '', name: names, emails: [{ value: name }] }
  const { json } = expectStatus(await ask(target, 'POST', '/Users', body), 201)
  known.users.set(json.id, { title: '', sent: new Set() })
  own.push(json.id)
}

async function changeUser(
  { target, name }: Step,
  id: string,
  user: { title: string; readonly sent: Set<string> },
): Promise<void> {
  user.sent.add(name)
  const body = patchOp({ op: 'Replace', path: 'title', value: name })
  expectStatus(await ask(target, 'PATCH', `/Users/${id}`, body), 200)
  user.title = name
  user.sent.clear()
}

async function deleteUser({ target, known }: Step, id: string): Promise<void> {
  known.doubtful.add(id)
  expectStatus(await ask(target, 'DELETE', `/Users/${id}`), 204)
  known.doubtful.delete(id)
  known.users.delete(id)
  known.members.delete(id)
  known.deleted.add(id)
}

async function joinGroup({ target, group, known }: Step, id: string): Promise<void> {
  const body = patchOp({ op: 'Add', path: 'members', value: [{ value: id }] })
  expectStatus(await ask(target, 'PATCH', `/Groups/${group}`, body), 204)
  known.members.add(id)
}

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`)
  return answer
}

/** What was acknowledged and is not so. Whatever was only sent may have happened or not, but never by half. */
async function brokenPromises(target: Target, group: string, known: Known): Promise<readonly string[]> {
  const titles = await titlesOf(target)
  const { json } = await ask(target, 'GET', `/Groups/${group}`)
  const members = new Set((json.members ?? []).map(({ value }: { value: string }) => value))
  const isLost = (set: { has(id: string): boolean }, id: string): boolean =>
    !set.has(id) && !known.doubtful.has(id)
  return [
    ...[...known.users.keys()].filter((id) => isLost(titles, id)).map((id) => `user ${id} is gone`),
    ...[...known.users]
      .filter(([id, user]) => hasStrangeTitle(user, titles.get(id)))
      .map(([id]) => `user ${id} is not as it was`),
    ...[...known.deleted].filter((id) => titles.has(id)).map((id) => `user ${id} is back`),
    ...[...known.members].filter((id) => isLost(members, id)).map((id) => `member ${id} is gone`),
  ]
}

function hasStrangeTitle(
  { title, sent }: { title: string; sent: ReadonlySet<string> },
  found: string | undefined,
): boolean {
  return found !== undefined && found !== title && !sent.has(found)
}

/** The titles of all users by id, read page by page. */
async function titlesOf(target: Target): Promise<ReadonlyMap<string, string>> {
  const titles = new Map<string, string>()
  for (;;) {
    const { json } = await ask(target, 'GET', `/Users?count=500&startIndex=${titles.size + 1}`)
    for (const { id, title = '' } of json.Resources) titles.set(id, title)
    if (titles.size === json.totalResults) return titles
    if (json.Resources.length === 0)
      throw new Error(`${json.totalResults} users are counted, ${titles.size} are listed`)
  }
}
