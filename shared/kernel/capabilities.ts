import { ROLES, type Role } from './roles.ts'

/** Whoever does something on our pages: a person with or without a role, or a session that a code has opened. */
export type Actor =
  | { readonly kind: 'person'; readonly role: Role | undefined }
  /** By a setup link. */
  | { readonly kind: 'setup' }
  /** By a recovery code. */
  | { readonly kind: 'recovery' }

type Column = Role | 'none' | 'setup' | 'recovery'

const everybody: readonly Column[] = ['none', ...ROLES]
const withRole: readonly Column[] = ROLES
const users: readonly Column[] = ['User', 'Admin', 'EnterpriseAdmin']
const admins: readonly Column[] = ['Admin', 'EnterpriseAdmin', 'setup']
const owners: readonly Column[] = ['EnterpriseAdmin', 'setup']

/*
 * The one table of who may do what: guards, hints and tests read it. A setup link stands in for an EnterpriseAdmin,
 * except for what takes a person; a recovery code opens Organization Setup and nothing else.
 */
const TABLE = {
  /** Sign in to an app of the platform. */
  useApps: everybody,
  /** Sign in to the portal, see one's own profile, sign oneself out everywhere. */
  usePortal: withRole,
  /** The platform's own day-to-day work. */
  work: users,
  seeDirectory: [...withRole, 'setup'],
  /** End sessions and grants, unlink a sign-in, free the e-mail of somebody who is deactivated. */
  managePeople: admins,
  seeActivity: admins,
  exportActivity: admins,
  /** The state of connectors, without any secret. */
  seeSetup: [...admins, 'recovery'],
  /** Add, change and delete connectors, rotate their passwords, run their tests. */
  changeSetup: [...owners, 'recovery'],
  restorePeople: owners,
  purgePeople: owners,
  makeRecoveryCodes: owners,
} satisfies Readonly<Record<string, readonly Column[]>>

export type Capability = keyof typeof TABLE

/** Whether the actor may do it. */
export function may(actor: Actor, capability: Capability): boolean {
  const columns: readonly Column[] = TABLE[capability]
  return columns.includes(columnOf(actor))
}

function columnOf(actor: Actor): Column {
  return actor.kind === 'person' ? (actor.role ?? 'none') : actor.kind
}

const HINTS: readonly (readonly [Capability, string])[] = [
  ['useApps', 'sign in to the apps'],
  ['usePortal', 'sign in to the web portal'],
  ['seeDirectory', 'see users and groups'],
  ['work', 'do the day-to-day work'],
  ['managePeople', 'end sessions and unlink sign-ins'],
  ['seeActivity', 'read and export the activity'],
  ['seeSetup', 'look at Organization Setup'],
  ['changeSetup', 'change connectors and their passwords'],
  ['restorePeople', 'restore or purge deleted people'],
  ['makeRecoveryCodes', 'make recovery codes'],
]

/** What a role is for, in one sentence: the hint beside "Access Role". */
export function roleHint(role: Role | undefined): string {
  const actor: Actor = { kind: 'person', role }
  const allowed = HINTS.filter(([capability]) => may(actor, capability)).map(([, words]) => words)
  if (allowed.length === 1) return `May ${allowed.join('')} only.`
  return `May ${allowed.slice(0, -1).join(', ')} and ${allowed.slice(-1).join('')}.`
}
