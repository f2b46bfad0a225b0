/** The heading of a refusal, by its reason code; the sentence comes with the refusal. */
const HEADINGS: Readonly<Record<string, string>> = {
  'not-provisioned': 'Your account is not here yet',
  deactivated: 'Your account is deactivated',
  'account-disabled': 'Your account is deactivated',
  'role-required': 'Please use the app',
  conflict: 'Two accounts claim to be you',
  'guest-needs-object-id': 'Guests cannot sign in yet',
  'not-assigned': 'The application is not assigned to you',
  'wrong-account': 'This is another account',
  'entra-unavailable': 'Microsoft sign-in is having trouble',
  'key-unavailable': 'Microsoft sign-in is having trouble',
  'key-unknown': 'Microsoft sign-in is having trouble',
  'consent-required': 'An administrator has to agree first',
  declined: 'The sign-in was cancelled',
  'interaction-required': 'Microsoft asks for one more step',
  replayed: 'This sign-in is already done',
  'state-missing': 'This sign-in did not begin here',
  'state-mismatch': 'This sign-in did not begin here',
  'connector-mismatch': 'This sign-in did not begin here',
  'login-expired': 'This sign-in took too long',
  'session-expired': 'You have been signed out',
  'session-ended': 'You have been signed out',
  'connector-closed': 'Sign-in is closed',
  'secret-expired': 'The connection to Microsoft has expired',
  'signed-out': 'You are signed out',
}

export function headingOf(reason: string): string {
  return HEADINGS[reason] ?? 'You could not be signed in'
}

/** Refusals that another try cannot mend, whoever tries. */
const FINAL = new Set(['deactivated', 'account-disabled', 'role-required', 'connector-closed', 'conflict'])

export function isFinal(reason: string): boolean {
  return FINAL.has(reason)
}
