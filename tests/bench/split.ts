import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { USER_OPERATIONS } from './operations.ts'
import { startProduct, timed } from './server.ts'
import { newTenant } from './tenant.ts'

/** Where the CPU time of a request goes: share of the samples of a profile, by the part of the house. */
export interface Split {
  readonly operation: string
  /** Part → percent. */
  readonly parts: ReadonlyMap<string, number>
  /** Functions with the largest own time, and their percent. */
  readonly hottest: readonly (readonly [name: string, percent: number])[]
}

export const PARTS = ['host', 'edge', 'domain', 'storage', 'node', 'garbage'] as const

interface ProfileNode {
  readonly id: number
  readonly callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number }
  readonly children?: readonly number[]
}
interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const USERS = 1_000
const HOTTEST = 8

/** One profile for each operation, of a process of its own. Node's own time counts for the part that called it. */
export async function measureSplit(
  port: number,
  account: string,
  requests: number,
): Promise<readonly Split[]> {
  const splits: Split[] = []
  for (const operation of USER_OPERATIONS) {
    const directory = mkdtempSync(join(tmpdir(), 'profile-'))
    const flags = ['--cpu-prof', `--cpu-prof-dir=${directory}`, '--cpu-prof-interval=200']
    const server = await startProduct(port, account, flags)
    const tenant = await newTenant(server.url, USERS, [])
    const count = Math.round(requests * (operation.share ?? 1))
    await timed(count, 16, (i) => operation.run(tenant, i))
    await server.stop()
    const [file = ''] = readdirSync(directory)
    const profile = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile
    splits.push({ operation: operation.name, ...sumUp(latest(profile)) })
    rmSync(directory, { recursive: true })
  }
  return splits
}

/** The making of the tenant comes first; the measured part is the second half of the time. */
function latest({ nodes, samples, timeDeltas }: Profile): Profile {
  const half = Math.floor(samples.length / 2)
  return { nodes, samples: samples.slice(half), timeDeltas: timeDeltas.slice(half) }
}

function sumUp({ nodes, samples, timeDeltas }: Profile): Omit<Split, 'operation'> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  let total = 0
  for (const [i, id] of samples.entries()) {
    const node = byId.get(id)
    const name = node?.callFrame.functionName ?? ''
    if (node === undefined || name === '(idle)' || name === '(program)') continue
    const time = timeDeltas[i] ?? 0
    total += time
    add(parts, partAt(node, byId, parents), time)
    add(functions, `${name || '(anonymous)'} ${basename(sourceOf(node))}`, time)
  }
  const percent = ([name, time]: [string, number]): [string, number] => [name, (100 * time) / total]
  const hottest = [...functions].toSorted(([, left], [, right]) => right - left).slice(0, HOTTEST)
  return { parts: new Map([...parts].map(percent)), hottest: hottest.map(percent) }
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time)
}

function partAt(
  node: ProfileNode,
  byId: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): string {
  if (node.callFrame.functionName === '(garbage collector)') return 'garbage'
  let current: ProfileNode | undefined = node
  while (current !== undefined) {
    const part = partOf(sourceOf(current))
    if (part !== undefined) return part
    current = byId.get(parents.get(current.id) ?? -1)
  }
  return 'node'
}

function partOf(source: string): string | undefined {
  if (/shared\/storage|@azure\/(?:data-tables|core|identity)|@typespec|@nodable|fast-xml/.test(source))
    return 'storage'
  if (/shared\/(?:scim|connectors|activity|kernel)/.test(source)) return 'domain'
  if (/shared\/http|functions\/[\w-]+\.ts$|shared\/runtime|@azure\/functions/.test(source)) return 'edge'
  return /local\//.test(source) ? 'host' : undefined
}

const maps = new Map<string, SourceMap | undefined>()

function sourceOf({ callFrame: { url, lineNumber, columnNumber } }: ProfileNode): string {
  if (!url.includes('/dist/')) return url
  const entry = mapOf(url)?.findEntry(lineNumber, columnNumber)
  return entry !== undefined && 'originalSource' in entry ? entry.originalSource : url
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) {
    const file = `${new URL(url).pathname}.map`
    maps.set(url, new SourceMap(JSON.parse(readFileSync(file, 'utf8'))))
  }
  return maps.get(url)
}
