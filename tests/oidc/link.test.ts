import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newResourceId } from '../../shared/kernel/ids.ts'
import type { EntraPerson } from '../../shared/oidc/id-token.ts'
import { decideLink, type Candidates } from '../../shared/oidc/link.ts'
import type { StoredUser } from '../../shared/storage/users.ts'

const tenantId = randomUUID()
const objectId = randomUUID()
const other = randomUUID()

interface Facts {
  readonly userName?: string
  readonly externalId?: string
  readonly active?: boolean
  readonly account?: { tenantId: string; objectId: string }
}

function user({ userName = 'ada@contoso.com', externalId, active = true, account }: Facts = {}): StoredUser {
  return {
    id: newResourceId(),
    etag: '',
    grouped: false,
    attributes: {},
    index: { userName, externalId, emails: [], uniqueEmail: undefined, search: [], active, role: undefined },
    created: '',
    modified: '',
    version: '',
    origin: undefined,
    signIn: {
      account,
      validFrom: undefined,
      endedSessions: [],
      lastSignIn: undefined,
      loginHint: undefined,
    },
  }
}

function person(changes: Partial<EntraPerson> = {}): EntraPerson {
  const nothing = { sid: undefined, loginHint: undefined, authTime: undefined }
  return { objectId, tenantId, userName: 'ada@contoso.com', isGuest: false, ...nothing, ...changes }
}

function decide(candidates: Partial<Candidates>, changes: Partial<EntraPerson> = {}): string {
  const none = { linked: undefined, byExternalId: [], byUserName: undefined, linkByUserName: true }
  const decision = decideLink(person(changes), { ...none, ...candidates })
  return decision.kind === 'user' ? decision.how : decision.reason
}

const own = { tenantId, objectId }
const theirs = { tenantId, objectId: other }

describe('a person of Entra’s', () => {
  it.each<[string, Partial<Candidates>, string, Partial<EntraPerson>?]>([
    ['is the user behind the link', { linked: { user: user({ account: own }) } }, 'link'],
    ['is nobody where that user is deleted', { linked: { user: undefined } }, 'not-provisioned'],
    [
      'stays out where that user is deactivated',
      { linked: { user: user({ account: own, active: false }) } },
      'deactivated',
    ],
    [
      'is nobody where that user is somebody else’s now',
      { linked: { user: user({ account: theirs }) } },
      'conflict',
    ],
    [
      'is the linked user whatever the names say',
      { linked: { user: user({ account: own, userName: 'old@contoso.com' }) } },
      'link',
    ],
    [
      'is the linked user although a guest',
      { linked: { user: user({ account: own }) } },
      'link',
      { isGuest: true },
    ],
    [
      'is the user whose external id is the object id',
      { byExternalId: [user({ externalId: objectId })] },
      'external-id',
    ],
    [
      'is that user in another case too',
      { byExternalId: [user({ externalId: objectId.toUpperCase() })] },
      'external-id',
    ],
    [
      'is that user although the names differ',
      { byExternalId: [user({ externalId: objectId, userName: 'a' })] },
      'external-id',
    ],
    [
      'is that user although a guest',
      { byExternalId: [user({ externalId: objectId })] },
      'external-id',
      { isGuest: true },
    ],
    [
      'is that user although names do not link',
      { byExternalId: [user({ externalId: objectId })], linkByUserName: false },
      'external-id',
    ],
    [
      'stays out where that user is deactivated by external id',
      { byExternalId: [user({ externalId: objectId, active: false })] },
      'deactivated',
    ],
    [
      'is in conflict where that user is linked to another person',
      { byExternalId: [user({ externalId: objectId, account: theirs })] },
      'conflict',
    ],
    [
      'is in conflict where it is the same object id of another tenant',
      { byExternalId: [user({ externalId: objectId, account: { tenantId: other, objectId } })] },
      'conflict',
    ],
    [
      'is in conflict where two users have the object id',
      { byExternalId: [user({ externalId: objectId }), user({ externalId: objectId })] },
      'conflict',
    ],
    ['is the user of the same name', { byUserName: user() }, 'user-name'],
    [
      'is the user of the same name in another spelling',
      { byUserName: user({ userName: 'ＡDA@contoso.com' }) },
      'user-name',
    ],
    [
      'is that user where the external id is a nickname',
      { byUserName: user({ externalId: 'ada' }) },
      'user-name',
    ],
    [
      'is that user where the external id is the object id in capitals',
      { byUserName: user({ externalId: objectId.toUpperCase() }) },
      'user-name',
    ],
    [
      'is in conflict where the name’s user has another object id',
      { byUserName: user({ externalId: other }) },
      'conflict',
    ],
    [
      'is in conflict where the name’s user has another object id in capitals',
      { byUserName: user({ externalId: other.toUpperCase() }) },
      'conflict',
    ],
    [
      'is in conflict where the name’s user is linked to another person',
      { byUserName: user({ account: theirs }) },
      'conflict',
    ],
    [
      'is not the user of another name',
      { byUserName: user({ userName: 'b@contoso.com' }) },
      'not-provisioned',
    ],
    [
      'stays out where the name’s user is deactivated',
      { byUserName: user({ active: false }) },
      'deactivated',
    ],
    [
      'is nobody by name where names do not link',
      { byUserName: user(), linkByUserName: false },
      'not-provisioned',
    ],
    ['is nobody by name as a guest', { byUserName: user() }, 'guest-needs-object-id', { isGuest: true }],
    ['is nobody without a name', { byUserName: user() }, 'not-provisioned', { userName: undefined }],
    ['is nobody where nobody is there', {}, 'not-provisioned'],
  ])('%s', (_, candidates, expected, changes) => {
    expect(decide(candidates, changes)).toBe(expected)
  })
})
