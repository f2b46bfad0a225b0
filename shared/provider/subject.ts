import type { PlatformClient } from '../kernel/platform-client.ts'
import type { StoredUser } from '../storage/users.ts'
import type { Grant } from './grant.ts'

/** Why a person may not go on in a client. */
export type SubjectFault = 'user-missing' | 'deactivated' | 'session-ended' | 'role-required'

/** Looked at whenever something is issued or told: what Entra takes away is gone at once. */
export function faultOfSubject(
  user: StoredUser | undefined,
  grant: Pick<Grant, 'began' | 'sid'>,
  clientType: PlatformClient['type'],
): SubjectFault | undefined {
  if (user === undefined) return 'user-missing'
  if (!user.index.active) return 'deactivated'
  if (isEnded(user, grant)) return 'session-ended'
  return clientType === 'web' && user.index.role === undefined ? 'role-required' : undefined
}

function isEnded({ signIn }: StoredUser, { began, sid }: Pick<Grant, 'began' | 'sid'>): boolean {
  if (signIn.validFrom !== undefined && Date.parse(signIn.validFrom) > began) return true
  return sid !== undefined && signIn.endedSessions.some((ended) => ended.sid === sid)
}
