import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { shorten } from '../kernel/text.ts'
import {
  activityWrites,
  readActivity,
  readPersonActivity,
  type ActivityRow,
  type ActivityWrites,
} from '../storage/activity.ts'
import type { Store } from '../storage/store.ts'

/** Who asks, under which ids; the same for everything that one request does. */
export interface Caller {
  /** `scim:{secret id}`, `management`, … : never a person's name. */
  readonly actor: string
  /** Our id of the request, the same as in the log line. */
  readonly correlationId: string
  /** The id that the client gave its request (Entra: client-request-id), if any. */
  readonly clientRequestId: string | undefined
}

/** What happened, in words without personal data: ids and attribute names only. */
export interface Activity {
  /** Such as `user.create` or `connector.update`. */
  readonly operation: string
  readonly resource?: { readonly type: string; readonly id: string }
  /** The HTTP status answered. */
  readonly status: number
  readonly attributes?: readonly string[]
  /** What an administrator should know: skipped attributes, unknown roles or members. */
  readonly note?: string
}

/** An activity as the management API shows it. */
export interface ActivityItem extends Activity, Caller {
  readonly cursor: string
  readonly at: string
}

/** UTF-16 units of a note or a list of attribute names. */
const TEXT_LENGTH = 2_000

/** The rows that go into the transaction of the change; `person` adds one to that user's own log. */
export function activityRows(
  caller: Caller,
  activity: Activity,
  at: Date,
  person?: ResourceId,
): ActivityWrites {
  const values = {
    op: activity.operation,
    actor: caller.actor,
    cid: caller.correlationId,
    res: activity.status,
    ...(caller.clientRequestId === undefined ? {} : { rid: shorten(caller.clientRequestId, 100) }),
    ...(activity.resource === undefined ? {} : { rt: activity.resource.type, id: activity.resource.id }),
    ...(activity.attributes?.length ? { attrs: shorten(activity.attributes.join(','), TEXT_LENGTH) } : {}),
    ...(activity.note === undefined ? {} : { note: shorten(activity.note, TEXT_LENGTH) }),
  }
  return activityWrites(at, values, person)
}

/** Newest first, strictly older than `before`. One storage request. */
export async function listActivity(
  store: Store,
  tenant: Tenant,
  page: { before: string | undefined; count: number },
): Promise<readonly ActivityItem[]> {
  return (await readActivity(store, tenant, page)).map(toItem)
}

/** The same of what concerns one person, memberships apart. One storage request. */
export async function listPersonActivity(
  store: Store,
  tenant: Tenant,
  person: ResourceId,
  page: { before: string | undefined; count: number },
): Promise<readonly ActivityItem[]> {
  return (await readPersonActivity(store, tenant, person, page)).map(toItem)
}

/** A stored line as it is shown. */
export function toItem({ cursor, at, values }: ActivityRow): ActivityItem {
  const { op, actor, cid, rid, res, rt, id, attrs, note } = values
  return {
    cursor,
    at: at.toISOString(),
    operation: String(op),
    actor: String(actor),
    correlationId: String(cid),
    clientRequestId: rid === undefined ? undefined : String(rid),
    status: Number(res),
    ...(rt === undefined ? {} : { resource: { type: String(rt), id: String(id) } }),
    ...(attrs === undefined ? {} : { attributes: String(attrs).split(',') }),
    ...(note === undefined ? {} : { note: String(note) }),
  }
}
