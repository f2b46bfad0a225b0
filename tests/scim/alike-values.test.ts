import { describe, expect, it } from 'vitest'
import { readResource } from '../../shared/scim/resource.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { home, patch, work } from './patching.ts'
import { finish } from '../support/finish.ts'

const ALIKE: readonly [string, string, readonly unknown[], readonly unknown[]][] = [
  [
    'another label',
    'emails',
    [
      { ...work, display: 'A' },
      { type: 'work', value: work.value, display: 'B' },
    ],
    [{ ...work, display: 'B' }],
  ],
  ['a label that the first has', 'emails', [{ ...work, display: 'A' }, work], [{ ...work, display: 'A' }]],
  [
    'the type in another case',
    'phoneNumbers',
    [
      { type: 'Work', value: '1' },
      { type: 'work', value: '1' },
    ],
    [{ type: 'work', value: '1' }],
  ],
  ['no type', 'ims', [{ value: 'x', display: 'A' }, { value: 'x' }], [{ value: 'x', display: 'A' }]],
  [
    'the mark of the primary one',
    'emails',
    [
      { type: 'work', value: 'a', primary: true },
      home,
      { type: 'work', value: 'a', primary: true, display: 'A' },
    ],
    [{ type: 'work', value: 'a', primary: true, display: 'A' }, home],
  ],
  [
    'a role of another type',
    'roles',
    [
      { value: 'Admin', type: 'x', display: 'A' },
      { value: 'Admin', type: 'y' },
    ],
    [{ value: 'Admin', type: 'y', display: 'A' }],
  ],
]
const APART: readonly [string, string, readonly unknown[]][] = [
  [
    'types',
    'emails',
    [
      { type: 'work', value: 'a' },
      { type: 'home', value: 'a' },
    ],
  ],
  ['a type and none', 'emails', [{ type: 'work', value: 'a' }, { value: 'a' }]],
  ['values', 'emails', [work, { ...home, type: 'work' }]],
  ['the case of values', 'ims', [{ value: 'a' }, { value: 'A' }]],
  [
    'parts of addresses',
    'addresses',
    [
      { type: 'work', locality: 'Bergen' },
      { type: 'work', locality: 'Oslo' },
    ],
  ],
]

const received = (name: string, values: unknown): unknown =>
  finish(readResource(USER_SCHEMA, { userName: 'a', [name]: values })).attributes[name]

describe('values of one value and type', () => {
  it.each(ALIKE)('that differ by %s are one in POST and PUT', (_, name, values, wanted) => {
    expect(received(name, values)).toEqual(wanted)
  })

  it.each(ALIKE)('that differ by %s are one in PATCH', (_, name, values, wanted) => {
    for (const op of ['add', 'replace'])
      expect(patch({}, [{ op, path: name, value: values }]).attributes).toEqual({ [name]: wanted })
  })

  it.each(ALIKE)('that differ by %s stay as they are when they come back', (_, name, __, wanted) => {
    expect(received(name, wanted)).toEqual(wanted)
    expect(patch({ [name]: wanted }, [{ op: 'replace', value: { [name]: wanted } }]).attributes).toEqual({
      [name]: wanted,
    })
  })

  it('that differ by the mark of the primary one keep it', () => {
    expect(received('emails', [work, home, { ...work, primary: false }])).toEqual([work, home])
    const twins = [
      { ...work, value: 'old' },
      { ...work, primary: false },
    ]
    const { attributes } = patch({ emails: twins }, [
      { op: 'replace', path: 'emails[primary eq true].value', value: work.value },
    ])
    expect(attributes).toEqual({ emails: [work] })
  })

  it('are one, too, where a PATCH has made them so', () => {
    const emails = [work, { ...home, value: work.value, display: 'A' }]
    const { attributes } = patch({ emails }, [
      { op: 'replace', path: 'emails[type eq "home"].type', value: 'work' },
    ])
    expect(attributes).toEqual({ emails: [{ ...work, display: 'A' }] })
  })
})

it.each(APART)('values that differ by %s are several', (_, name, values) => {
  expect(received(name, values)).toEqual(values)
})
