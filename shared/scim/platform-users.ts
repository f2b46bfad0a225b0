import { badRequest, fail, failureOf } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { StoredUser } from '../storage/users.ts'
import type { ScimContext } from './context.ts'
import { findUsers, type PageQuery } from './list.ts'
import { toUserResource } from './user.ts'
import { createUser } from './users.ts'

/** One page of a connector's users, by the same filters as SCIM. */
export async function listPlatformUsers(context: ScimContext, query: PageQuery): Promise<JsonObject> {
  const { total, startIndex, page } = await findUsers(context, query)
  return {
    totalResults: total,
    startIndex,
    itemsPerPage: page.length,
    users: page.map((user) => toPlatformUser(context, user)),
  }
}

/**
 * Takes over accounts that the platform already has, so that Entra matches them in its first cycle instead of creating
 * them anew. Each account succeeds or fails by itself, in order; an outage ends the call (503), and repeating it is
 * safe: what is there already answers 409.
 */
export async function importUsers(context: ScimContext, body: unknown): Promise<JsonObject> {
  const accounts = isRecord(body) ? body['users'] : undefined
  if (!Array.isArray(accounts))
    return badRequest('invalidSyntax', 'The body must be {"users": [...]} with SCIM users.')
  if (accounts.length > LIMITS.importedUsers)
    return fail({
      code: 'too_large',
      detail: `A call imports at most ${LIMITS.importedUsers} users. Send the rest in another one.`,
    })
  const results: JsonObject[] = []
  for (const account of accounts) results.push(await importUser(context, account))
  return { results }
}

async function importUser(context: ScimContext, account: unknown): Promise<JsonObject> {
  const userName =
    isRecord(account) && typeof account['userName'] === 'string' ? account['userName'] : undefined
  try {
    const user = await createUser(context, account, 'platform')
    return { userName: user['userName'], status: 201, id: user['id'] }
  } catch (error) {
    const failure = failureOf(error)
    if (failure?.code === 'not_unique') return { userName, status: 409, detail: failure.detail }
    if (failure?.code === 'bad_request') return { userName, status: 400, detail: failure.detail }
    throw error
  }
}

/** The SCIM resource, and beside it what no SCIM attribute tells. */
function toPlatformUser(context: ScimContext, user: StoredUser): JsonObject {
  return {
    // The highest of the user's roles; none: signs in to the apps only.
    role: user.index.role ?? null,
    // Who brought the account: the platform by an import, or the directory.
    origin: user.origin ?? 'directory',
    user: toUserResource(context, user),
  }
}
