import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { createUser, deleteUser, getUser, patchUser } from '../../shared/scim/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addUser,
  idOf,
  keysOf,
  newDirectory,
  outcomeOf,
  projectUser,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { patchOp } from '../support/gatehouse.ts'

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

/** Different addresses of the greatest length, of a character that JSON writes as two. */
function longEmails(count: number): Record<string, string>[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'work',
    value: String(i).padStart(LIMITS.indexedValueLength, '"'),
  }))
}

/** Attributes that make the stored resource exactly as long as wanted. */
function padded(attributes: Record<string, unknown>, length: number): Record<string, unknown> {
  const rest = length - JSON.stringify({ ...attributes, title: '' }).length
  return { ...attributes, title: 'x'.repeat(rest) }
}

const SMALL = {
  userName: 'mira@x.example',
  name: { givenName: 'Mira', familyName: 'Holt' },
  emails: [{ type: 'work', value: 'mira@x.example' }],
  active: true,
}

const long = (name: string): string => name.padEnd(LIMITS.indexedValueLength, '\\')

describe.each(STORES)('users at the limits on %s', (kind) => {
  it('have 20 e-mails, all of which are indexed and go with them', async () => {
    const directory = newDirectory(kind)
    const emails = longEmails(LIMITS.emailsPerUser)
    const id = await addUser(directory, { emails })
    expect(await keysOf(directory, 'e.')).toHaveLength(LIMITS.emailsPerUser)
    await expectConsistent(directory)

    const others = emails.map((email, i) => ({ ...email, value: `other.${i}@x.example` }))
    await patchUser(
      directory.context,
      id,
      patchOp(
        { op: 'Replace', path: 'emails', value: others },
        { op: 'Replace', path: 'userName', value: 'other@x.example' },
        { op: 'Replace', path: 'displayName', value: 'Other' },
        { op: 'Replace', path: 'name.familyName', value: 'Name' },
        { op: 'Replace', path: 'externalId', value: 'other' },
      ),
      projectUser(),
    )
    expect(await keysOf(directory, 'e.')).toHaveLength(LIMITS.emailsPerUser)
    await expectConsistent(directory)

    await deleteUser(directory.context, id)
    expect(await keysOf(directory, 'e.')).toEqual([])
    await expectConsistent(directory)
  })

  it('have not one e-mail more', async () => {
    const directory = newDirectory(kind)

    expect(await outcomeOf(addUser(directory, { emails: longEmails(LIMITS.emailsPerUser + 1) }))).toBe(
      'bad_request',
    )
  })

  it('are stored, changed and deleted at the greatest size of a resource with the longest indexes', async () => {
    const directory = newDirectory(kind)
    const attributes = {
      userName: long('name'),
      externalId: long('id'),
      name: { givenName: 'Mira', familyName: long('family') },
      displayName: long('display'),
      emails: longEmails(LIMITS.emailsPerUser),
      active: true,
    }
    const largest = padded(attributes, LIMITS.resourceCharacters)
    const id = idOf(await createUser(directory.context, largest, 'directory'))

    expect(await getUser(directory.context, id, projectUser())).toMatchObject(largest)
    await patchUser(directory.context, id, replaceOp('name.givenName', 'Nora'), projectUser())
    await expectConsistent(directory)
    await deleteUser(directory.context, id)
    expect(await keysOf(directory, 't.')).toEqual([`t.${id}`])
    await expectConsistent(directory)
  })

  it('are not stored one character beyond', async () => {
    const directory = newDirectory(kind)
    const create = (length: number): Promise<unknown> =>
      createUser(directory.context, padded(SMALL, length), 'directory')

    expect(await outcomeOf(create(LIMITS.resourceCharacters + 1))).toBe('bad_request')
    expect(await outcomeOf(create(LIMITS.resourceCharacters))).toBe('ok')
  })

  it('come back as they were sent where characters have surrogates or grow when folded', async () => {
    const directory = newDirectory(kind)
    const name = { givenName: '🚢'.repeat(15_001), familyName: 'ﬃ'.repeat(LIMITS.indexedValueLength / 4) }
    const id = await addUser(directory, { name })

    expect((await getUser(directory.context, id, projectUser()))['name']).toEqual(name)
    await expectConsistent(directory)
  })
})

describe('values that grow beyond the index when they are folded', () => {
  // U+FDFA becomes eighteen characters.
  const growing = '\ufdfa'.repeat(LIMITS.indexedValueLength)

  it.each([
    ['userName', { userName: growing }],
    ['displayName', { displayName: growing }],
    ['name.familyName', { name: { givenName: 'Mira', familyName: growing } }],
    ['emails', { emails: [{ type: 'work', value: growing }] }],
  ])('are refused for %s', async (_, overrides) => {
    expect(await outcomeOf(addUser(newDirectory('memory'), overrides))).toBe('bad_request')
  })
})
