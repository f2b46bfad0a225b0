import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../shared/storage/store.ts'
import type { Table } from '../../shared/storage/table.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  newDirectory,
  type Directory,
  type StoreKind,
} from '../support/directory-context.ts'
import { ask, directoryModel, type Made, type Op, type State } from './directory-model.ts'
import { isLinearizable, type Call } from './linearize.ts'

/*
 * Several clients at once, whose storage requests a scheduler puts into any order: their answers must be those of a
 * directory that serves one client at a time.
 */

/** `npm run faults` asks for many more. */
const RUNS = Number(process.env['FAULTS_HISTORIES'] ?? 400)

const NAMES = ['ada', 'Ada', 'bo', 'cy']
const ops: fc.Arbitrary<Op> = fc.record({
  kind: fc.constantFrom<Op['kind'][]>(
    'create',
    'rename',
    'title',
    'delete',
    'read',
    'find',
    'add',
    'remove',
    'members',
  ),
  person: fc.nat({ max: 2 }),
  text: fc.constantFrom(...NAMES),
})
const clients = fc.array(fc.array(ops, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 })

/** A directory whose every storage request waits for the scheduler, once before and once after. */
function scheduled(directory: Directory, scheduler: fc.Scheduler): Directory {
  const gate = async <T>(label: string, call: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), label)
    const result = await call()
    await scheduler.schedule(Promise.resolve(), `answer of ${label}`)
    return result
  }
  const wrap = (table: Table): Table => ({
    get: (partition, key) => gate('get', () => table.get(partition, key)),
    range: (partition, query) => gate('range', () => table.range(partition, query)),
    batch: (partition, writes) => gate('batch', () => table.batch(partition, writes)),
    scan: (from, to) => table.scan(from, to),
  })
  const store: Store = {
    ...directory.store,
    table: (account, name) => wrap(directory.store.table(account, name)),
  }
  return { ...directory, store, context: { ...directory.context, store } }
}

interface History {
  readonly calls: readonly Call<Made, string>[]
  readonly initial: State
  readonly directory: Directory
}

async function runHistory(
  kind: StoreKind,
  scheduler: fc.Scheduler,
  histories: readonly (readonly Op[])[],
): Promise<History> {
  const directory = newDirectory(kind)
  const people = [
    await addUser(directory, { userName: 'ada', title: '' }),
    await addUser(directory, { userName: 'bo', title: '' }),
  ]
  const group = await addGroup(directory, people.slice(0, 1))
  const initial: State = {
    people: { [people[0] ?? '']: { name: 'ada', title: '' }, [people[1] ?? '']: { name: 'bo', title: '' } },
    members: people.slice(0, 1),
  }
  const raced = scheduled(directory, scheduler)
  const calls: Call<Made, string>[] = []
  let clock = 0
  const work = histories.map(async (list, client) => {
    for (const { kind: what, person, text } of list) {
      const op = { kind: what, id: people[person] ?? crypto.randomUUID(), text }
      const from = clock++
      const answer = await ask(raced, group, op)
      if (what === 'create' && answer !== 'not_unique') people[2] = answer as (typeof people)[number]
      calls.push({ client, op, answer, from, to: clock++ })
    }
  })
  await scheduler.waitFor(Promise.all(work))
  return { calls, initial, directory }
}

function told(calls: readonly Call<Made, string>[]): string {
  return calls
    .map(
      ({ client, op, answer, from, to }) =>
        `${from}–${to} client ${client}: ${JSON.stringify(op)} → ${answer}`,
    )
    .join('\n')
}

describe.each([
  ['memory', RUNS],
  ['Azurite', RUNS / 20],
] as const)('any history of clients that work at once on %s', (kind, numRuns) => {
  it('has the answers of clients that work one after the other, and leaves all rows in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), clients, async (scheduler, histories) => {
        const { calls, initial, directory } = await runHistory(kind, scheduler, histories)

        if (!isLinearizable(calls, initial, directoryModel)) throw new Error(told(calls))
        expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
      }),
      { numRuns },
    )
  }, 600_000)
})
