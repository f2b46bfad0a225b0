import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { activityRows } from '../../shared/activity/activity.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import { verifyRows } from '../../shared/storage/consistency.ts'
import { deleteExpired } from '../../shared/storage/expiry.ts'
import { findCode, spendCode } from '../../shared/storage/one-time-codes.ts'
import { endFamily, findFamily, listFamilies, rotateFamily } from '../../shared/storage/refresh-families.ts'
import {
  changeSignIn,
  commitSignIn,
  findLink,
  findSessionUser,
  type SignIn,
} from '../../shared/storage/sign-ins.ts'
import type { EntraAccount } from '../../shared/storage/user-sign-in.ts'
import { findUser, type StoredUser } from '../../shared/storage/users.ts'
import {
  addUser,
  newDirectory,
  projectUser,
  replaceOp,
  rowsOf,
  STORES,
  type Directory,
  type StoreKind,
} from '../support/directory-context.ts'

const MINUTE_MS = 60_000
const newAccount = (): EntraAccount => ({ tenantId: randomUUID(), objectId: randomUUID() })
const newLogin = (): string => randomBytes(16).toString('base64url')

async function read({ store, tenant }: Directory, id: ResourceId): Promise<StoredUser> {
  const user = await findUser(store, tenant, id)
  if (user === undefined) throw new Error('the user is gone')
  return user
}

async function signIn(directory: Directory, user: StoredUser, more: Partial<SignIn> = {}) {
  const { store, tenant, context } = directory
  const at = new Date()
  const rows = activityRows(context.caller, { operation: 'user.signIn', status: 302 }, at, user.id)
  return commitSignIn(store, tenant, { user, loginId: newLogin(), at, ...more }, rows)
}

async function faultsIn({ store, tenant }: Directory) {
  const slice = { from: undefined, repair: false, until: Date.now() + MINUTE_MS }
  return (await verifyRows(store, tenant, slice)).findings
}

const newCode = () => ({
  code: newLogin(),
  grant: '{"client":"app"}',
  expires: new Date(Date.now() + MINUTE_MS),
})
const familyOf = ({ id }: StoredUser) => ({
  id: newLogin()
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '0'),
  user: id,
  hash: 'a'.repeat(64),
  grant: '{"client":"app"}',
  expires: new Date(Date.now() + MINUTE_MS),
})

/** A user whose sign-in has brought a code that nobody has spent. */
async function signedInByCode(kind: StoreKind) {
  const directory = newDirectory(kind)
  const user = await read(directory, await addUser(directory))
  const code = newCode()
  await signIn(directory, user, { code })
  const found = await findCode(directory.store, directory.tenant, code.code)
  if (found === undefined) throw new Error('the code is not there')
  return { store: directory.store, tenant: directory.tenant, user, code, found }
}

describe.each(STORES)('a sign-in (%s)', (kind) => {
  it('links a person of Entra’s to the user, in one request', async () => {
    const directory = newDirectory(kind)
    const { store, tenant, counted } = directory
    const id = await addUser(directory)
    const user = await read(directory, id)
    const link = newAccount()
    const requests = await counted(() => signIn(directory, user, { link, loginHint: 'hint' }))

    expect(requests).toBe(1)
    expect(await findLink(store, tenant, link)).toBe(id)
    expect(await findLink(store, tenant, newAccount())).toBeUndefined()
    const { signIn: kept } = await read(directory, id)
    expect(kept).toMatchObject({ account: link, loginHint: 'hint', validFrom: undefined, endedSessions: [] })
    expect(Date.now() - Date.parse(kept.lastSignIn ?? '')).toBeLessThan(MINUTE_MS)
    expect(await faultsIn(directory)).toEqual([])
  })

  it('completes one login once, and of two first ones of a person one', async () => {
    const directory = newDirectory(kind)
    const user = await read(directory, await addUser(directory))
    const loginId = newLogin()
    const first = await signIn(directory, user, { loginId })
    const again = await signIn(directory, await read(directory, user.id), { loginId })
    const link = newAccount()
    const fresh = await read(directory, user.id)
    const both = await Promise.all([signIn(directory, fresh, { link }), signIn(directory, fresh, { link })])

    expect([first, again]).toEqual([undefined, 'replayed'])
    expect(both.filter((outcome) => outcome === undefined)).toHaveLength(1)
    expect(both).toContain('changed')
  })

  it('is refused where the user has changed since it was read: a deactivation holds', async () => {
    const directory = newDirectory(kind)
    const user = await read(directory, await addUser(directory))
    await patchUser(directory.context, user.id, replaceOp('active', false), projectUser())

    expect(await signIn(directory, user, { link: newAccount() })).toBe('changed')
    expect(await rowsOf(directory, 'o.')).toEqual([])
  })

  it('outlives every change by SCIM', async () => {
    const directory = newDirectory(kind)
    const user = await read(directory, await addUser(directory))
    const link = newAccount()
    await signIn(directory, user, { link })
    await patchUser(directory.context, user.id, replaceOp('title', 'Pilot'), projectUser())
    await patchUser(
      directory.context,
      user.id,
      replaceOp('externalId', link.objectId.toUpperCase()),
      projectUser(),
    )

    expect((await read(directory, user.id)).signIn).toMatchObject({ account: link, validFrom: undefined })
  })

  it('ends with its link where SCIM makes the user another person', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const user = await read(directory, await addUser(directory))
    const link = newAccount()
    await signIn(directory, user, { link })
    await patchUser(directory.context, user.id, replaceOp('externalId', randomUUID()), projectUser())

    const { signIn: kept } = await read(directory, user.id)
    expect(kept.account).toBeUndefined()
    expect(Date.now() - Date.parse(kept.validFrom ?? '')).toBeLessThan(MINUTE_MS)
    expect(await findLink(store, tenant, link)).toBeUndefined()
    expect(await faultsIn(directory)).toEqual([])
  })

  it('leaves no link when the user is deleted', async () => {
    const directory = newDirectory(kind)
    const user = await read(directory, await addUser(directory))
    await signIn(directory, user, { link: newAccount() })
    await deleteUser(directory.context, user.id)

    expect(await rowsOf(directory, 'o.')).toEqual([])
    expect(await faultsIn(directory)).toEqual([])
  })

  it('can be found by Entra’s session', async () => {
    const directory = newDirectory(kind)
    const user = await read(directory, await addUser(directory))
    const sid = randomUUID()
    await signIn(directory, user, { session: { sid, expires: new Date(Date.now() + MINUTE_MS) } })

    expect(await findSessionUser(directory.store, directory.tenant, sid)).toBe(user.id)
    expect(await findSessionUser(directory.store, directory.tenant, randomUUID())).toBeUndefined()
  })

  it('can be taken back: the link goes, and what is cleared reads as absent', async () => {
    const directory = newDirectory(kind)
    const { store, tenant, context } = directory
    const id = await addUser(directory)
    const link = newAccount()
    await signIn(directory, await read(directory, id), { link, loginHint: 'hint' })
    const user = await read(directory, id)
    const after = {
      ...user.signIn,
      account: undefined,
      loginHint: undefined,
      validFrom: new Date().toISOString(),
    }
    const rows = activityRows(context.caller, { operation: 'user.unlink', status: 200 }, new Date(), id)
    const outcome = await changeSignIn(store, tenant, { user, after }, rows)

    expect(outcome).toBeUndefined()
    expect(await findLink(store, tenant, link)).toBeUndefined()
    expect((await read(directory, id)).signIn).toEqual(after)
    expect(await changeSignIn(store, tenant, { user, after }, rows)).toBe('changed')
    expect(await faultsIn(directory)).toEqual([])
  })
})

describe.each(STORES)('a one-time code (%s)', (kind) => {
  it('is spent once, however many try', async () => {
    const { store, tenant, user, code, found } = await signedInByCode(kind)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => spendCode(store, tenant, found, familyOf(user))),
    )

    expect(found).toMatchObject({ grant: code.grant, expires: code.expires, spent: undefined })
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1)
    const [family, ...others] = await listFamilies(store, tenant, user.id)
    expect(others).toEqual([])
    expect((await findCode(store, tenant, code.code))?.spent).toBe(`${user.id}.${family?.id}`)
  })

  it('can be spent for nothing', async () => {
    const { store, tenant, user, code, found } = await signedInByCode(kind)
    await spendCode(store, tenant, found, undefined)

    expect((await findCode(store, tenant, code.code))?.spent).toBe('')
    expect(await spendCode(store, tenant, found, familyOf(user))).toBe('changed')
    expect(await listFamilies(store, tenant, user.id)).toEqual([])
  })

  it('brings a family whose token is replaced by one request at a time, until it ends', async () => {
    const { store, tenant, user, found } = await signedInByCode(kind)
    const family = familyOf(user)
    await spendCode(store, tenant, found, family)
    const stored = await findFamily(store, tenant, family)
    if (stored === undefined) throw new Error('the family is not there')
    const outcomes = await Promise.all(
      ['b', 'c', 'd'].map((hash) => rotateFamily(store, tenant, stored, hash)),
    )

    expect(stored).toMatchObject(family)
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1)
    await endFamily(store, tenant, family)
    await endFamily(store, tenant, family)
    expect(await findFamily(store, tenant, family)).toBeUndefined()
  })

  it('and everything else that has an end is taken away after it, and nothing sooner', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const id = await addUser(directory)
    const later = newCode()
    const sooner = { ...newCode(), expires: new Date(Date.now() - 1) }
    const session = { sid: randomUUID(), expires: new Date(Date.now() + MINUTE_MS) }
    await signIn(directory, await read(directory, id), { code: later, session })
    await signIn(directory, await read(directory, id), { code: sooner })
    await deleteExpired(store, tenant, new Date(), Date.now() + MINUTE_MS)
    const kept = await Promise.all([
      findCode(store, tenant, later.code),
      findCode(store, tenant, sooner.code),
    ])

    expect(kept.map((code) => code?.code)).toEqual([later.code, undefined])
    await deleteExpired(store, tenant, new Date(Date.now() + 20 * MINUTE_MS), Date.now() + MINUTE_MS)
    const rows = await Promise.all(['i.', 'k.', 'l.', 'f.'].map((prefix) => rowsOf(directory, prefix)))
    expect(rows.flat()).toEqual([])
  })
})
