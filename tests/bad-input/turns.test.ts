import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { parseJson } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { contains, fold } from '../../shared/kernel/text.ts'
import type { Steps } from '../../shared/kernel/turns.ts'
import { createComparisons, refuseFilter, refuseOperations } from '../../shared/scim/filter/comparisons.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { prepareFilter } from '../../shared/scim/filter/match.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { newDirectory } from '../support/directory-context.ts'
import { finish } from '../support/finish.ts'
import { patchOp } from '../support/gatehouse.ts'
import { callScim } from '../support/scim-calls.ts'
import { HEAVY } from './heavy.ts'
import { BODIES } from './heavy-bodies.ts'

/** How often work would have let others in, and how it ended. */
function rests(steps: Steps<unknown>): { rests: number; end: string } {
  let count = 0
  try {
    while (steps.next().done !== true) count++
    return { rests: count, end: 'done' }
  } catch (error) {
    return { rests: count, end: failureOf(error)?.code ?? String(error) }
  }
}

const texts = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => ({ value: `${'a'.repeat(length)}${i}` }))
const anyOf = (term: string, count: number): string => Array.from({ length: count }, () => term).join(' or ')

function patched(attributes: Record<string, unknown>, operations: readonly Record<string, unknown>[]) {
  const read = finish(parsePatch(USER_SCHEMA, patchOp(...operations)))
  return rests(applyPatch(USER_SCHEMA, { id: 'x', attributes }, read))
}

describe('heavy work offers rests', () => {
  it('between the operations of a PATCH, and within one that compares much', () => {
    const operation = {
      op: 'replace',
      path: `photos[${anyOf('value co "b"', 50)} or value pr].display`,
      value: 'x',
    }
    const many = patched(
      { photos: texts(500, 10) },
      Array.from({ length: 10 }, () => operation),
    )
    const one = patched({ photos: texts(500, 10) }, [operation])

    expect(one.rests).toBeGreaterThan(40)
    expect(many.rests).toBeGreaterThan(400)
  })

  it('as often as text is compared, however long each text is', () => {
    const operation = [{ op: 'add', path: 'photos[value co "b" or value pr].display', value: 'x' }]

    expect(patched({ photos: texts(500, 700) }, operation).rests).toBeGreaterThan(6)
    expect(patched({ photos: texts(2, 700) }, operation).rests).toBeLessThan(4)
  })

  it('in a filter of many terms on one resource', () => {
    const filter = parseFilter(anyOf('emails.value co "b"', 64))
    const passes = prepareFilter(USER_SCHEMA, filter, createComparisons(refuseFilter))

    expect(rests(passes({ emails: texts(20, 1_000) })).rests).toBeGreaterThan(20)
  })

  it('in the check of a body, before and after it is parsed', () => {
    const body = Buffer.from(`[${Array.from({ length: 100 }, () => `[${'0,'.repeat(999)}0]`).join()}]`)

    expect(rests(parseJson(body)).rests).toBeGreaterThan(20)
  })
})

describe('the work of one request is bounded', () => {
  it.each([
    ['a filter', refuseFilter, 'bad_request'],
    ['the operations of a PATCH', refuseOperations, 'too_large'],
  ])('for %s, in words', (_, refuse, code) => {
    const comparisons = createComparisons(refuse)
    comparisons.count(0, LIMITS.comparedCharacters)
    let failure: unknown
    try {
      comparisons.count(1)
    } catch (error) {
      failure = failureOf(error)
    }

    expect(failure).toMatchObject({
      code,
      detail: expect.stringContaining(String(LIMITS.comparedCharacters)),
    })
  })

  it.each([
    ['filters', { op: 'add', path: 'photos[value co "b" or value pr].display', value: 'x' }],
    ['values to add', { op: 'add', path: 'photos', value: texts(400, 700) }],
    ['values to remove', { op: 'remove', path: 'photos', value: texts(400, 3) }],
  ])('so that 1,000 operations with %s end', (_, operation) => {
    const all = Array.from({ length: 1_000 }, () => operation)

    expect(patched({ photos: texts(450, 700) }, all).end).toBe('too_large')
  })
})

describe('bodies that are refused before they are parsed', () => {
  it.each(BODIES.filter(({ name }) => /\[|\{|numbers|name$|of names/.test(name)))(
    '$name',
    async ({ prepare }) => {
      const directory = newDirectory('memory')
      const parse = JSON.parse
      const parsed: number[] = []
      const { body = '' } = await prepare(directory)
      JSON.parse = (text: string) => {
        parsed.push(text.length)
        return parse(text)
      }
      const { end } = rests(parseJson(Buffer.from(body)))
      JSON.parse = parse

      expect(['bad_request', 'too_large']).toContain(end)
      expect(parsed).toEqual([])
    },
  )
})

describe('texts made to be slow', () => {
  it('are folded without sorting thousands of marks', () => {
    const marks = 'a' + '\u0301\u0323'.repeat(16_000)
    // What is sorted stands between two joiners: the longest run tells how much that is.
    const runs = fold(marks)
      .split('\u034f')
      .map((run) => run.length)

    expect(Math.max(...runs)).toBeLessThanOrEqual(31)
  })

  it.each([
    ['aab', 'ab', true],
    ['a'.repeat(300), 'a'.repeat(299), true],
    [`${'a'.repeat(600)}b`, `${'a'.repeat(299)}b`, true],
    [`${'ab'.repeat(400)}a`, `${'ab'.repeat(150)}b`, false],
    ['a'.repeat(299), 'a'.repeat(300), false],
    ['a'.repeat(30_000), `${'a'.repeat(600)}b${'a'.repeat(600)}`, false],
  ])('are searched with the answer that a plain search gives (%#)', (text, part, found) => {
    expect(contains(text, part)).toBe(found)
    expect(text.includes(part)).toBe(found)
  })
})

describe('others get their turn while the service works on', () => {
  const chosen = HEAVY.filter(({ name }) =>
    /^850|folded$|growing|500 values (added|removed)|^5,000 m|^1,000 filters/.test(name),
  )

  it.each(chosen)('$name', async ({ prepare }) => {
    const directory = newDirectory('memory')
    const call = await prepare(directory)
    let [turns, done] = [0, false]
    const count = (): void => {
      turns++
      if (!done) setImmediate(count)
    }
    setImmediate(count)
    const before = performance.now()

    const { status } = await callScim(directory, call)
    done = true

    expect([200, 204, 400, 413]).toContain(status)
    // A turn for every fifty milliseconds is far fewer than there are, on a machine that is busy with other things too.
    expect(turns).toBeGreaterThanOrEqual(Math.floor((performance.now() - before) / 50))
  })
})
