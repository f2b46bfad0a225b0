import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { fold } from '../../shared/kernel/text.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { planLookup } from '../../shared/scim/filter/plan.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { createUser } from '../../shared/scim/users.ts'
import { addGroup, newDirectory, pageQuery, type Directory } from '../support/directory-context.ts'
import { passes } from './filter-reference.ts'
import { filtersWith, ordersTruth, print, servedWith, words } from './filter-texts.ts'

/*
 * Whichever way a filter is answered, through an index or by reading all, the answer is the same: everybody who passes
 * by the reference evaluator, and nobody else.
 */

const RULES = { requiredAttributes: [], uniqueEmail: false, customAttributes: [] }

const users = fc.uniqueArray(
  fc.record(
    {
      userName: words,
      externalId: words,
      displayName: words,
      title: words,
      active: fc.boolean(),
      name: fc.record({ givenName: words, familyName: words }, { requiredKeys: [] }),
      emails: fc.array(
        fc.record({ value: words, type: fc.constantFrom('work', 'Home') }, { requiredKeys: ['value'] }),
        { maxLength: 3 },
      ),
      manager: words,
    },
    { requiredKeys: ['userName'] },
  ),
  { minLength: 1, maxLength: 10, selector: ({ userName }) => fold(userName) },
)

async function listed(answer: Promise<JsonObject>): Promise<readonly JsonObject[]> {
  return (await answer)['Resources'] as JsonObject[]
}

function idsOf(resources: readonly JsonObject[]): readonly string[] {
  return resources.map((resource) => String(resource['id'])).toSorted()
}

/** Everybody, by id as an index would also find them, and the literals worth asking for. */
async function fill(directory: Directory, bodies: readonly object[]): Promise<readonly JsonObject[]> {
  for (const body of bodies) await createUser(directory.context, body, 'directory')
  return listed(listUsers(directory.context, pageQuery({ count: '500' })))
}

describe('any filter finds the same users', () => {
  it('through an index as by reading all of them', async () => {
    const ways = { index: 0, scan: 0, hits: 0 }
    const property = fc.asyncProperty(users, fc.nat(), async (bodies, seed) => {
      const directory = newDirectory('memory', { rules: RULES })
      const all = await fill(directory, bodies)
      const own = [...bodies.map(({ userName }) => userName), ...idsOf(all)]
      const both = fc.oneof(filtersWith(...own), servedWith(...own)).filter((filter) => !ordersTruth(filter))
      const filters = fc.sample(both, { seed, numRuns: 40 })
      for (const filter of filters) {
        const text = print(filter)
        const expected = idsOf(all.filter((user) => passes(user, filter)))
        const found = idsOf(await listed(listUsers(directory.context, pageQuery({ filter: text }))))
        expect([text, found]).toEqual([text, expected])

        const lookup = planLookup(USER_SCHEMA, parseFilter(text))
        const candidates = lookup && (await lookup(directory.context))
        ways[candidates === undefined ? 'scan' : 'index']++
        if (candidates !== undefined) ways.hits += expected.length
        expect([text, expected.filter((id) => candidates?.some((one) => one === id) === false)]).toEqual([
          text,
          [],
        ])
      }
    })
    await fc.assert(property, { numRuns: 250 })
    // Both ways were gone often, and the index had something to find.
    expect(Math.min(ways.index, ways.scan, ways.hits)).toBeGreaterThan(1_000)
  })
})

interface Crew {
  readonly displayName: string
  readonly externalId: string | undefined
  readonly members: readonly number[]
}
const crews = fc.uniqueArray(
  fc.record({
    displayName: words,
    externalId: fc.option(fc.constantFrom('a', 'A', 'b', 'ß', 'x'), { nil: undefined }),
    members: fc.uniqueArray(fc.nat(4), { maxLength: 4 }),
  }),
  {
    maxLength: 5,
    comparator: (a, b) => fold(a.displayName) === fold(b.displayName) || (a.externalId ?? a) === b.externalId,
  },
)

/** What a comparison of groups asks, and whether a group passes it. */
interface Question {
  readonly text: string
  readonly passes: (crew: Crew) => boolean
}
type Ask = (users: readonly string[]) => fc.Arbitrary<Question>

const askForGroups: Ask = (ids) => {
  const comparisons: fc.Arbitrary<Question> = fc.oneof(
    fc.tuple(fc.constantFrom('eq', 'ne'), words).map(([operator, value]) => ({
      text: `displayName ${operator} ${JSON.stringify(value)}`,
      passes: (crew: Crew) => (fold(crew.displayName) === fold(value)) === (operator === 'eq'),
    })),
    fc
      .tuple(fc.constantFrom('eq', 'ne'), fc.constantFrom('a', 'A', 'b', 'ß', 'x', 'y'))
      .map(([operator, value]) => ({
        text: `externalId ${operator} "${value}"`,
        passes: (crew: Crew) => (crew.externalId === value) === (operator === 'eq'),
      })),
    fc.constantFrom('externalId pr', 'not (externalId eq null)').map((text) => ({
      text,
      passes: (crew: Crew) => crew.externalId !== undefined,
    })),
    fc
      .tuple(
        fc.constantFrom('members eq "?"', 'members.value eq "?"', 'members[value eq "?"]'),
        fc.nat(ids.length),
      )
      .map(([text, who]) => ({
        text: text.replace('?', ids[who] ?? crypto.randomUUID()),
        passes: (crew: Crew) => crew.members.includes(who),
      })),
  )
  return fc.letrec<{ question: Question }>((tie) => ({
    question: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      comparisons,
      tie('question').map((one) => ({
        text: `not (${one.text})`,
        passes: (crew: Crew) => !one.passes(crew),
      })),
      fc.tuple(tie('question'), tie('question')).map(([a, b]) => ({
        text: `(${a.text}) and (${b.text})`,
        passes: (crew: Crew) => a.passes(crew) && b.passes(crew),
      })),
      fc.tuple(tie('question'), tie('question')).map(([a, b]) => ({
        text: `(${a.text}) or (${b.text})`,
        passes: (crew: Crew) => a.passes(crew) || b.passes(crew),
      })),
    ),
  })).question
}

describe('any filter finds the same groups', () => {
  it('by name, externalId and members', async () => {
    const ways = { index: 0, scan: 0 }
    const property = fc.asyncProperty(crews, fc.nat(), async (list, seed) => {
      const directory = newDirectory('memory', { rules: RULES })
      const everybody = await fill(
        directory,
        Array.from({ length: 5 }, (_, i) => ({ userName: `user ${i}` })),
      )
      const people = everybody.toSorted((a, b) => (String(a['userName']) < String(b['userName']) ? -1 : 1))
      const ids = people.map((person) => String(person['id']))
      const groups = new Map<string, Crew>()
      for (const crew of list) {
        const members = crew.members.map((who) => ({ value: ids[who] }))
        const { displayName, externalId } = crew
        groups.set(await addGroup(directory, [], { displayName, externalId, members }), crew)
      }
      for (const { text, passes: passesGroup } of fc.sample(askForGroups(ids), { seed, numRuns: 20 })) {
        const expected = [...groups].flatMap(([id, crew]) => (passesGroup(crew) ? [id] : [])).toSorted()
        const query = pageQuery({ filter: text, excludedAttributes: 'members' })
        expect([text, idsOf(await listed(listGroups(directory.context, query)))]).toEqual([text, expected])
        ways[planLookup(GROUP_SCHEMA, parseFilter(text)) === undefined ? 'scan' : 'index']++
      }
    })
    await fc.assert(property, { numRuns: 150 })
    expect(Math.min(ways.index, ways.scan)).toBeGreaterThan(300)
  })
})
