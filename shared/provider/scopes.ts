/** What a client may ask for (OpenID Connect Core §5.4). A refresh token comes in any case. */
export const SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const

/** The names that we know of those in a scope, each once; unknown ones are left out (OpenID Connect Core §3.1.2.1). */
export function knownScope(scope: string): string {
  const asked = scope.split(' ')
  return SCOPES.filter((name) => asked.includes(name)).join(' ')
}

export function hasScope(scope: string, name: (typeof SCOPES)[number]): boolean {
  return scope.split(' ').includes(name)
}
