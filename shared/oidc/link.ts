import { isGuid } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { StoredUser } from '../storage/users.ts'
import type { EntraPerson } from './id-token.ts'
import type { RefusalReason } from './refusal.ts'

/** The users whom a person of Entra's could be. */
export interface Candidates {
  /** Behind the link, if there is one. */
  readonly linked: { readonly user: StoredUser | undefined } | undefined
  readonly byExternalId: readonly StoredUser[]
  readonly byUserName: StoredUser | undefined
  /** The connector's switch. */
  readonly linkByUserName: boolean
}

export type LinkDecision =
  | { readonly kind: 'user'; readonly user: StoredUser; readonly how: 'link' | 'external-id' | 'user-name' }
  | { readonly kind: 'none'; readonly reason: RefusalReason }

/**
 * Who a person of Entra's is here. The object id decides; the name finds a user only where nothing says that it is
 * another person's, and an e-mail address never does. Nobody is linked anew in silence: a conflict is refused.
 */
export function decideLink(person: EntraPerson, candidates: Candidates): LinkDecision {
  const { linked, byExternalId, linkByUserName } = candidates
  if (linked !== undefined)
    return linked.user === undefined ? none('not-provisioned') : accept(person, linked.user, 'link')
  const [first, ...others] = byExternalId
  if (others.length > 0) return none('conflict')
  if (first !== undefined) return accept(person, first, 'external-id')
  if (!linkByUserName) return none('not-provisioned')
  return person.isGuest ? none('guest-needs-object-id') : decideByName(person, candidates.byUserName)
}

function decideByName(person: EntraPerson, user: StoredUser | undefined): LinkDecision {
  const { userName } = person
  if (user === undefined || userName === undefined || fold(user.index.userName) !== fold(userName))
    return none('not-provisioned')
  const { externalId } = user.index
  const isSomebodyElse =
    externalId !== undefined && isGuid(externalId) && externalId.toLowerCase() !== person.objectId
  return isSomebodyElse ? none('conflict') : accept(person, user, 'user-name')
}

function accept(
  { tenantId, objectId }: EntraPerson,
  user: StoredUser,
  how: 'link' | 'external-id' | 'user-name',
): LinkDecision {
  const { account } = user.signIn
  const isOther = account !== undefined && (account.objectId !== objectId || account.tenantId !== tenantId)
  if (isOther) return none('conflict')
  return user.index.active ? { kind: 'user', user, how } : none('deactivated')
}

function none(reason: RefusalReason): LinkDecision {
  return { kind: 'none', reason }
}
