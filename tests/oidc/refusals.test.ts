import { describe, expect, it } from 'vitest'
import { listActivity } from '../../shared/activity/activity.ts'
import { activityRows } from '../../shared/activity/activity.ts'
import { createActivityRecorder } from '../../shared/activity/recorder.ts'
import { patchUser } from '../../shared/scim/users.ts'
import { changeSignIn } from '../../shared/storage/sign-ins.ts'
import { findUser } from '../../shared/storage/users.ts'
import { failureFrom, intercept, only, outage } from '../connectors/fixtures.ts'
import { keysOf, projectUser, replaceOp, rowsOf, STORES } from '../support/directory-context.ts'
import {
  CALLER,
  complete,
  goAndReturn,
  inAWord,
  join,
  newClientTarget,
  provision,
  signIn,
  type Joined,
} from './fixtures.ts'

const log = async ({ directory }: Joined) =>
  listActivity(directory.store, directory.tenant, { before: undefined, count: 100 })

async function guestOf({ scene }: Joined): Promise<string> {
  const response = await fetch(`${scene.tenant.origin}/control/people?search=gita.guest`)
  return JSON.parse(await response.text()).people[0].objectId
}

describe('a person', () => {
  it('whom nobody provisioned is not let in', async () => {
    const joined = await join()
    expect(await signIn(joined)).toMatchObject({ reason: 'not-provisioned', status: 403, step: 'person' })
  })

  it('who is deactivated is not let in, linked or not', async () => {
    const joined = await join()
    const id = await provision(joined, joined.scene.ada)
    const { context } = joined.directory
    await patchUser(context, id, replaceOp('active', false), projectUser())
    const unlinked = inAWord(await signIn(joined))
    await patchUser(context, id, replaceOp('active', true), projectUser())
    const active = inAWord(await signIn(joined))
    await patchUser(context, id, replaceOp('active', false), projectUser())

    expect([unlinked, active, inAWord(await signIn(joined))]).toEqual([
      'deactivated',
      'signed-in',
      'deactivated',
    ])
  })

  it('who was linked is another one once Entra says so: nobody is linked anew in silence', async () => {
    const joined = await join()
    const { ada, ben } = joined.scene
    const id = await provision(joined, ada, { externalId: 'nickname' })
    await signIn(joined)
    await patchUser(joined.directory.context, id, replaceOp('userName', ben.userPrincipalName), projectUser())

    expect(inAWord(await signIn(joined, { objectId: ben.objectId }))).toBe('conflict')
    expect(inAWord(await signIn(joined))).toBe('signed-in')
  })

  it('who has the name of an account that another object id has is in conflict', async () => {
    const joined = await join()
    await provision(joined, joined.scene.ada, { externalId: joined.scene.ben.objectId })
    expect(inAWord(await signIn(joined))).toBe('conflict')
  })

  it('whose object id is provisioned in capitals is found', async () => {
    const joined = await join()
    const { ada } = joined.scene
    await provision(joined, ada, {
      externalId: ada.objectId.toUpperCase(),
      userName: 'somebody@else.example',
    })
    expect(inAWord(await signIn(joined))).toBe('signed-in')
  })

  it('is never found by e-mail address', async () => {
    const joined = await join({ registration: { optionalClaims: ['email'] } })
    const { ada } = joined.scene
    await provision(joined, ada, {
      externalId: 'nickname',
      userName: 'somebody@else.example',
      emails: [{ type: 'work', value: ada.mail }],
    })
    expect(inAWord(await signIn(joined))).toBe('not-provisioned')
  })

  it('who is a guest needs the object id, by whichever claim Entra says it', async () => {
    for (const optionalClaims of [['acct'], []]) {
      const joined = await join({ registration: { optionalClaims } })
      const objectId = await guestOf(joined)
      await provision(joined, joined.scene.ada, { userName: 'gita.guest@fabrikam.example', externalId: 'g' })
      expect(inAWord(await signIn(joined, { objectId }))).toBe('guest-needs-object-id')
      await provision(joined, joined.scene.ben, { userName: 'guest', externalId: objectId })
      expect(inAWord(await signIn(joined, { objectId }))).toBe('signed-in')
    }
  })

  it('is found by name only where the connector allows it', async () => {
    const joined = await join({ settings: { linkByUserName: false } })
    await provision(joined, joined.scene.ada, { externalId: 'nickname' })
    expect(inAWord(await signIn(joined))).toBe('not-provisioned')
  })

  it.each([
    ['the portal', 'web', undefined, 'role-required'],
    ['a web client', 'web', newClientTarget(), 'role-required'],
    ['an app', 'app', newClientTarget(), 'signed-in'],
  ] as const)('without a role at %s', async (_, platform, target, outcome) => {
    const joined = await join()
    await provision(joined, joined.scene.ada, { roles: undefined })
    expect(inAWord(await signIn(joined, { platform, ...(target && { target }) }))).toBe(outcome)
    expect(await keysOf(joined.directory, 'o.')).toHaveLength(outcome === 'signed-in' ? 1 : 0)
  })
})

describe('a refusal', () => {
  it('stands in the activity with its reason, and without a name', async () => {
    const joined = await join()
    joined.scene.tenant.setFaults({ callback: 50105 })
    await signIn(joined)
    joined.scene.tenant.setFaults({})
    await signIn(joined, { platform: 'app', target: newClientTarget() })

    const { ada } = joined.scene
    const [second, first] = await log(joined)
    expect(first).toMatchObject({ operation: 'user.signIn', actor: CALLER.actor, status: 403 })
    expect(first?.note).toMatch(/^not-assigned; web; AADSTS50105; trace [0-9a-f-]{36}$/)
    expect(second?.note).toBe(`not-provisioned; app: reader; object id ${ada.objectId}`)
    expect(JSON.stringify(await log(joined))).not.toContain(ada.userPrincipalName)
  })

  it('stands there at most sixty times a minute', async () => {
    const joined = await join()
    const at = new Date()
    const party = joined.newParty({ recorder: createActivityRecorder(joined.directory.store, () => at) })
    const returned = await goAndReturn(joined, { party })
    const query = new URLSearchParams({ state: 'another' })
    await Promise.all(
      Array.from({ length: 70 }, () => complete({ ...joined, party }, { ...returned, query })),
    )

    expect(await keysOf(joined.directory, 'a.')).toHaveLength(60)
  })
})

describe.each(STORES)('at the same time (%s)', (store) => {
  it('two first sign-ins of a person make one link and both are in', async () => {
    const joined = await join({ store })
    await provision(joined, joined.scene.ada)
    const returned = [await goAndReturn(joined), await goAndReturn(joined), await goAndReturn(joined)]
    const outcomes = await Promise.all(returned.map((each) => complete(joined, each)))

    expect(outcomes.map(inAWord)).toEqual(['signed-in', 'signed-in', 'signed-in'])
    expect(await keysOf(joined.directory, 'o.')).toHaveLength(1)
    const links = (await log(joined)).filter(({ operation }) => operation === 'user.link')
    expect(links).toHaveLength(1)
  })

  it.each([
    ['a deactivation', 'active', false, 'deactivated'],
    ['the loss of the role', 'roles', [], 'role-required'],
  ])('%s that comes between reading and writing holds', async (_, path, value, reason) => {
    const joined = await join({ store })
    const { directory, scene } = joined
    const id = await provision(joined, scene.ada)
    let isFirst = true
    const racing = intercept(directory.store, async ({ writes }) => {
      if (!isFirst || !writes.some(({ key }) => key.startsWith('l.'))) return
      isFirst = false
      await patchUser(directory.context, id, replaceOp(path, value), projectUser())
    })
    const party = joined.newParty({ store: racing })

    expect(inAWord(await signIn(joined, { party }))).toBe(reason)
    expect(await rowsOf(directory, 'l.')).toEqual([])
  })
})

describe('a login', () => {
  it('that is completed is not completed again, even where Entra gave a second code', async () => {
    const joined = await join()
    await provision(joined, joined.scene.ada)
    const first = await goAndReturn(joined, { target: newClientTarget(), platform: 'app' })
    const second = await goAndReturn(joined, { target: newClientTarget(), platform: 'app' })
    await complete(joined, first)
    const login = { ...second.login, loginId: first.login.loginId }

    expect(await complete(joined, { ...second, login })).toMatchObject({ reason: 'replayed', status: 400 })
    expect(await keysOf(joined.directory, 'k.')).toHaveLength(1)
  })

  it('of a person who was unlinked links anew', async () => {
    const joined = await join()
    const { store, tenant } = joined.directory
    const id = await provision(joined, joined.scene.ada)
    await signIn(joined)
    const user = only(await findUser(store, tenant, id))
    const rows = activityRows(CALLER, { operation: 'user.unlink', status: 200 }, new Date(), id)
    await changeSignIn(store, tenant, { user, after: { ...user.signIn, account: undefined } }, rows)

    expect(inAWord(await signIn(joined))).toBe('signed-in')
    expect(await keysOf(joined.directory, 'o.')).toHaveLength(1)
  })

  it('in an outage of our store fails as one, and says nothing of the person', async () => {
    const joined = await join()
    await provision(joined, joined.scene.ada)
    for (const method of ['get', 'batch'] as const) {
      const party = joined.newParty({
        store: intercept(joined.directory.store, (call) => {
          if (call.method === method) throw outage()
        }),
      })
      const returned = await goAndReturn(joined, { party })
      expect((await failureFrom(complete({ ...joined, party }, returned))).code).toBe('storage_unavailable')
    }
  })
})
