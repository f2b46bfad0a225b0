/** The portal roles, weakest first. A person without one signs in to the apps only. */
export const ROLES = ['ReadOnly', 'User', 'Admin', 'EnterpriseAdmin'] as const
export type Role = (typeof ROLES)[number]

/** Compares without case, as app role values are typed by hand in Entra. */
export function parseRole(text: string): Role | undefined {
  return ROLES.find((role) => role.toLowerCase() === text.trim().toLowerCase())
}

/** Several roles: the highest wins; none of ours: `undefined`. */
export function highestRole(values: readonly string[]): Role | undefined {
  const held = values.map(parseRole)
  return ROLES.findLast((role) => held.includes(role))
}
