import type { HostFunction } from './functions.ts'

/**
 * Whether a request may run the function: only where a key is set and the function asks for one is it compared,
 * and the header `x-functions-key` goes before the query's `code`.
 */
export function isAuthorized(
  target: Pick<HostFunction, 'authLevel'>,
  functionKey: string | undefined,
  credentials: { readonly headers: Readonly<Record<string, string>>; readonly query: string },
): boolean {
  if (functionKey === undefined || target.authLevel === 'anonymous') return true
  const presented =
    credentials.headers['x-functions-key'] ?? new URLSearchParams(credentials.query).get('code')
  return presented === functionKey
}
