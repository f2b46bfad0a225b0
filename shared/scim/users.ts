import { activityRows, type Activity } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import { newResourceId, parseResourceId, randomText, type ResourceId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { loginEmail } from '../kernel/person.ts'
import { fold } from '../kernel/text.ts'
import type { ActivityWrites } from '../storage/activity.ts'
import { listMemberships, listSweeps, sweepGroup } from '../storage/memberships.ts'
import { removeUser } from '../storage/removal.ts'
import { retryWhileChanged, tidy } from '../storage/transaction.ts'
import { findUserIdByLoginEmail, findUserIdByName } from '../storage/user-lookups.ts'
import { findUser, insertUser, replaceUser, type StoredUser, type UserState } from '../storage/users.ts'
import { userCandidates } from './candidates.ts'
import { inTurns, type ScimContext } from './context.ts'
import type { Filter } from './filter/ast.ts'
import { checkFilter } from './filter/check.ts'
import { createComparisons, refuseFilter } from './filter/comparisons.ts'
import { prepareFilter } from './filter/match.ts'
import { parseFilter } from './filter/parse.ts'
import { noteSkipped, recordSkipped } from './notes.ts'
import { applyPatch } from './patch/apply.ts'
import { parsePatch } from './patch/operations.ts'
import { requireMatch } from './precondition.ts'
import type { Projector } from './projection.ts'
import { readResource, settle, textAt, unknownRoles } from './resource.ts'
import type { ResourceSchema } from './schema/attribute.ts'
import { userSchema } from './schema/user-schema.ts'
import {
  changedAttributes,
  forbidClearing,
  indexOf,
  isUnchanged,
  requireAttributes,
  toUserResource,
} from './user.ts'

/** How a new user comes in: from the directory, or as an account that the platform already has. */
export type Origin = 'directory' | 'platform'

/** POST /Users. 409 where the user name or the login e-mail is taken, 400 where something required is missing. */
export async function createUser(context: ScimContext, body: unknown, origin: Origin): Promise<JsonObject> {
  const { attributes: received, ignored } = await inTurns(context, readResource(schemaOf(context), body))
  const attributes = { ...received, active: received['active'] ?? true }
  const index = indexOf(attributes, context.rules)
  // The platform's own accounts may lack what Entra will fill in when it matches them.
  if (origin === 'directory') requireAttributes(context.rules, attributes)
  const at = context.now()
  const time = at.toISOString()
  const state: UserState = {
    attributes,
    index,
    created: time,
    modified: time,
    version: randomText(10),
    origin: origin === 'platform' ? origin : undefined,
  }
  return retryWhileChanged(async () => {
    const id = newResourceId()
    const activity: Activity = {
      operation: origin === 'platform' ? 'user.import' : 'user.create',
      resource: { type: 'User', id },
      status: 201,
      attributes: changedAttributes({}, attributes),
      ...noteSkipped(ignored, unknownRoles(attributes)),
    }
    const rows = activityRows(context.caller, activity, at, id)
    const refusal = await insertUser(context.store, context.tenant, { id, state }, rows)
    if (refusal === undefined) return toUserResource(context, { ...state, id })
    return refusal === 'changed' ? undefined : refuseTaken(context, refusal.taken, attributes)
  })
}

/**
 * GET /Users/{id}, whole: the projector only says whether the groups are worth reading. 404 for an id that no user of this connector has, and where a filter is given that the user does
 * not pass: Microsoft's reference code looks up a user's manager that way.
 */
export async function getUser(
  context: ScimContext,
  id: string,
  projector: Projector,
  filter?: string,
): Promise<JsonObject> {
  const user = await requireUser(context, id)
  if (filter !== undefined && !(await passes(context, user, parseFilter(filter))))
    fail({ code: 'not_found', detail: 'The user does not pass the filter.' })
  return toUserResource(context, user, projector.wants('groups') ? await groupsOf(context, user) : undefined)
}

/** PATCH /Users/{id}: all operations or none, and no write where nothing changes. */
export async function patchUser(
  context: ScimContext,
  id: string,
  body: unknown,
  projector: Projector,
): Promise<JsonObject> {
  const schema = schemaOf(context)
  const operations = await inTurns(context, parsePatch(schema, body))
  return changeUser(context, id, projector, async (user) => {
    const { attributes, skipped } = await inTurns(context, applyPatch(schema, user, operations))
    // `active` cannot be cleared: an empty value must neither let a person in nor throw one out.
    const active = attributes['active'] ?? user.index.active
    return { attributes: await inTurns(context, settle(schema, { ...attributes, active })), skipped }
  })
}

/** PUT /Users/{id}: what the body does not name is cleared (RFC 7644 §3.5.1), `active` excepted. */
export async function replaceUserResource(
  context: ScimContext,
  id: string,
  body: unknown,
  projector: Projector,
): Promise<JsonObject> {
  const { attributes, ignored } = await inTurns(context, readResource(schemaOf(context), body))
  return changeUser(context, id, projector, async (user) => ({
    attributes: { ...attributes, active: attributes['active'] ?? user.index.active },
    skipped: ignored,
  }))
}

/** DELETE /Users/{id}: gone at once, the name and the e-mail free; `t.{id}` keeps what a restore needs. */
export async function deleteUser(context: ScimContext, id: string): Promise<void> {
  const left = new Set<ResourceId>()
  await retryWhileChanged(async () => {
    const user = await requireUser(context, id)
    const at = context.now()
    const activity: Activity = {
      operation: 'user.delete',
      resource: { type: 'User', id: user.id },
      status: 204,
    }
    const rows = activityRows(context.caller, activity, at, user.id)
    const refusal = await removeUser(context.store, context.tenant, { user, at, left }, rows)
    return refusal === undefined ? true : undefined
  })
}

async function passes(context: ScimContext, user: StoredUser, filter: Filter): Promise<boolean> {
  const schema = schemaOf(context)
  checkFilter(schema, filter)
  const read = await userCandidates(context, filter)
  const matches = prepareFilter(schema, filter, createComparisons(refuseFilter))
  return inTurns(context, matches(await read(user)))
}

const schemaOf = ({ rules }: ScimContext): ResourceSchema => userSchema(rules.customAttributes)

interface Changed {
  readonly attributes: JsonObject
  readonly skipped: readonly string[]
}
type Change = (user: StoredUser) => Promise<Changed>

async function changeUser(
  context: ScimContext,
  id: string,
  projector: Projector,
  change: Change,
): Promise<JsonObject> {
  const { user, skipped, written } = await retryWhileChanged(async () => {
    const before = await requireUser(context, id)
    const changed = await change(before)
    forbidClearing(context.rules, before.attributes, changed.attributes)
    if (isUnchanged(before, changed.attributes))
      return { user: before, skipped: changed.skipped, written: false }
    const after = await writeUser(context, before, changed)
    return after && { user: after, skipped: changed.skipped, written: true }
  })
  if (!written) await recordSkipped(context, { type: 'User', id: user.id }, skipped)
  return toUserResource(
    context,
    user,
    projector.asksFor('groups') ? await groupsOf(context, user) : undefined,
  )
}

async function writeUser(
  context: ScimContext,
  before: StoredUser,
  { attributes, skipped }: Changed,
): Promise<StoredUser | undefined> {
  const at = context.now()
  const index = indexOf(attributes, context.rules)
  const after: UserState = {
    ...before,
    attributes,
    index,
    modified: at.toISOString(),
    version: randomText(10),
  }
  const activity: Activity = {
    operation: operationOf(before, after),
    resource: { type: 'User', id: before.id },
    status: 200,
    attributes: changedAttributes(before.attributes, attributes),
    ...noteSkipped(skipped, unknownRoles(attributes)),
  }
  const rows = activityRows(context.caller, activity, at, before.id)
  const refusal = await replaceUser(context.store, context.tenant, { before, after }, rows)
  if (refusal === undefined) return { ...before, ...after }
  if (refusal === 'changed') return undefined
  if (refusal.taken === 'email' && isSameEmail(before.attributes, attributes))
    return writeUnclaimed(context, before, after, rows)
  return refuseTaken(context, refusal.taken, attributes, before.id)
}

/**
 * A user may have an address that another one holds, from before the connector asked for unique ones. That must not
 * stand in the way of changes that leave the address alone, a deactivation above all.
 */
async function writeUnclaimed(
  context: ScimContext,
  before: StoredUser,
  claiming: UserState,
  rows: ActivityWrites,
): Promise<StoredUser | undefined> {
  const after = { ...claiming, index: { ...claiming.index, uniqueEmail: before.index.uniqueEmail } }
  const refusal = await replaceUser(context.store, context.tenant, { before, after }, rows)
  if (refusal === undefined) return { ...before, ...after }
  if (refusal === 'changed') return undefined
  return refuseTaken(context, refusal.taken, after.attributes, before.id)
}

function isSameEmail(before: JsonObject, after: JsonObject): boolean {
  return fold(loginEmail(before) ?? '') === fold(loginEmail(after) ?? '')
}

function operationOf(before: StoredUser, after: UserState): string {
  if (before.index.active === after.index.active) return 'user.update'
  return after.index.active ? 'user.activate' : 'user.deactivate'
}

async function requireUser(context: ScimContext, id: string): Promise<StoredUser> {
  const parsed = parseResourceId(id)
  const user = parsed && (await findUser(context.store, context.tenant, parsed))
  if (user === undefined) return fail({ code: 'not_found', detail: 'No user has this id.' })
  requireMatch(context.precondition, user.version)
  return user
}

/** A read that meets the unfinished sweep of a deleted group lends it this much time. */
const SWEEP_SLICE_MS = 500

/** The groups of a user, deleted ones left out whose rows still wait for their sweep. */
export async function groupsOf(context: ScimContext, user: StoredUser): Promise<readonly ResourceId[]> {
  if (!user.grouped) return []
  const { store, tenant } = context
  // The sweeps first: of one that ends between the two reads, the memberships are gone as well.
  const sweeps = await listSweeps(store, tenant)
  const groups = await listMemberships(store, tenant, user.id, LIMITS.groupsPerUser)
  const [next] = sweeps
  if (next !== undefined) await tidy(sweepGroup(store, tenant, next, Date.now() + SWEEP_SLICE_MS))
  return groups.filter((group) => !sweeps.includes(group))
}

/** The 409 tells who holds the value and how to free it: it is what the administrator reads in Entra's log. */
async function refuseTaken(
  context: ScimContext,
  taken: 'userName' | 'email',
  attributes: JsonObject,
  own?: ResourceId,
): Promise<undefined> {
  const { store, tenant } = context
  const value = taken === 'userName' ? textAt(attributes, 'userName') : loginEmail(attributes)
  const find = taken === 'userName' ? findUserIdByName : findUserIdByLoginEmail
  const id = await find(store, tenant, value ?? '')
  // Freed in the meantime, or taken by the same request sent twice: the next round sees how it stands.
  if (id === undefined || id === own) return undefined
  if (taken === 'userName')
    return fail({
      code: 'not_unique',
      attributes: ['userName'],
      detail: `The user name is taken by the user with id ${id}.`,
    })
  const holder = await findUser(store, tenant, id)
  if (holder === undefined) return undefined
  const state = holder.index.active ? '' : ', who is deactivated'
  return fail({
    code: 'not_unique',
    attributes: ['emails'],
    detail: `The login e-mail is taken by "${holder.index.userName}"${state} (id ${id}). Give one of the two another address, delete that user, or switch the unique e-mail rule of the connector off.`,
  })
}
