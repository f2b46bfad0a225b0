import { beforeAll, describe, expect, it } from 'vitest'
import { namesOf, query, RELAXED, taken, useGatehouse } from '../conformance/connection.ts'
import type { TestConnector } from '../support/gatehouse.ts'

const PEOPLE = [
  { userName: 'dora', displayName: 'Émile', emails: [{ value: 'd@x.example', type: 'home' }] },
  {
    userName: 'Anna',
    displayName: 'anna',
    active: false,
    name: { familyName: 'Zed' },
    emails: [
      { value: 'z@x.example', type: 'work' },
      { value: 'anna.private@y.example', type: 'home' },
    ],
  },
  { userName: 'bert', displayName: 'Zoë von und zu Hohenstein', name: { familyName: 'Abel' } },
  { userName: 'Cy', displayName: 'cy' },
]

const gatehouse = useGatehouse()
let connector: TestConnector
beforeAll(async () => {
  connector = await gatehouse().newConnector(RELAXED)
  for (const person of PEOPLE) await taken(connector, 'POST', '/Users', person)
})

describe('"begins with"', () => {
  it.each([
    ['userName sw "AN"', ['Anna']],
    ['displayName sw "zoë von und zu hohen"', ['bert']],
    ['displayName sw "émi"', ['dora']],
    ['name.familyName sw "ab"', ['bert']],
    ['emails sw "anna.priv"', ['Anna']],
    ['emails.value sw "z@"', ['Anna']],
    ['emails[type eq "home"].value sw "anna"', ['Anna']],
    // The family name of another: one row serves all four.
    ['displayName sw "abel"', []],
    ['userName sw "dora" or userName sw "cy"', ['Cy', 'dora']],
    ['userName sw "a" and active eq false', ['Anna']],
    ['not (userName sw "a")', ['Cy', 'bert', 'dora']],
  ])('%s finds %j', async (filter, wanted) => {
    expect(namesOf(await taken(connector, 'GET', `/Users${query({ filter })}`)).toSorted()).toEqual(wanted)
  })
})
