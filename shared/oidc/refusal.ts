import type { SignInRefusal, SignInStep } from './relying-party.ts'

type ForClient = SignInRefusal['errorForClient']
type Words = readonly [status: SignInRefusal['status'], errorForClient: ForClient, sentence: string]

const AGAIN = 'Start again from where you wanted to sign in.'
const ADMINISTRATOR = 'Ask your administrator to look at the connector’s sign-in settings:'

/** Every reason for which a sign-in ends without a person, and what the person reads. */
const REFUSALS = {
  // The callback itself
  'parameter-repeated': [400, 'server_error', `The answer of the sign-in is not well-formed. ${AGAIN}`],
  'state-missing': [400, 'server_error', `This sign-in was not begun in this browser. ${AGAIN}`],
  'state-mismatch': [400, 'server_error', `This sign-in was not begun in this browser. ${AGAIN}`],
  'connector-mismatch': [400, 'server_error', `This sign-in belongs to another organization. ${AGAIN}`],
  'platform-mismatch': [400, 'server_error', `The answer came to the wrong address. ${AGAIN}`],
  'login-expired': [400, 'access_denied', `The sign-in took longer than ten minutes. ${AGAIN}`],
  'foreign-issuer': [
    400,
    'server_error',
    `The answer came from somebody else than your organization. ${AGAIN}`,
  ],
  'code-missing': [400, 'server_error', `The answer of the sign-in is not complete. ${AGAIN}`],
  replayed: [400, 'access_denied', `This sign-in is completed already. ${AGAIN}`],
  // What Microsoft says of people
  declined: [403, 'access_denied', 'You did not agree to the sign-in. Try again, or ask your administrator.'],
  'login-required': [403, 'login_required', 'You are not signed in at Microsoft.'],
  'interaction-required': [
    403,
    'login_required',
    'Your organization asks for another step at Microsoft, such as a second factor or a managed device. Sign in again and follow the instructions there.',
  ],
  'not-assigned': [
    403,
    'access_denied',
    'Your administrator has not assigned this application to you. Ask for it to be assigned in Microsoft Entra.',
  ],
  'wrong-account': [
    403,
    'access_denied',
    'This Microsoft account is not one of your organization. Sign in again and choose your work account.',
  ],
  'account-disabled': [403, 'access_denied', 'Your Microsoft account is disabled. Ask your administrator.'],
  'consent-required': [
    403,
    'access_denied',
    'An administrator has to allow this application for your organization: in Microsoft Entra, under the application’s Permissions, "Grant admin consent".',
  ],
  'code-refused': [400, 'server_error', `Microsoft did not accept the sign-in any more. ${AGAIN}`],
  // What Microsoft says of the settings
  'secret-missing': [
    503,
    'server_error',
    `${ADMINISTRATOR} there is no client secret. Enter the value of a client secret of the app registration.`,
  ],
  'secret-wrong': [
    503,
    'server_error',
    `${ADMINISTRATOR} the client secret is wrong. Often the id of the secret was entered in place of its value.`,
  ],
  'secret-expired': [
    503,
    'server_error',
    `${ADMINISTRATOR} the client secret has expired. Make a new one in the app registration and enter its value.`,
  ],
  'redirect-platform-mismatch': [
    503,
    'server_error',
    `${ADMINISTRATOR} the redirect URI stands under the wrong platform of the app registration. The one that ends with /web/callback belongs under "Web", the one with /app/callback under "Mobile and desktop applications".`,
  ],
  'redirect-uri-unknown': [
    503,
    'server_error',
    `${ADMINISTRATOR} the app registration does not have our redirect URI. Copy it again, letter by letter.`,
  ],
  'client-unknown': [
    503,
    'server_error',
    `${ADMINISTRATOR} the tenant has no application with this client id. The authority or the client id is wrong.`,
  ],
  'tenant-unknown': [
    503,
    'server_error',
    `${ADMINISTRATOR} Microsoft knows no tenant of this id. The authority is wrong.`,
  ],
  'entra-refused': [503, 'server_error', 'Microsoft refused the sign-in. Ask your administrator.'],
  // Outages
  'entra-unavailable': [
    503,
    'temporarily_unavailable',
    'Microsoft sign-in is having trouble. Try again in a few minutes.',
  ],
  'key-unavailable': [
    503,
    'temporarily_unavailable',
    'Microsoft sign-in is having trouble: its keys cannot be had. Try again in a minute.',
  ],
  'key-unknown': [
    503,
    'temporarily_unavailable',
    'The sign-in is signed with a key that Microsoft does not publish yet. Try again in a minute.',
  ],
  'metadata-invalid': [
    503,
    'server_error',
    'What Microsoft says about its sign-in service contradicts itself. Try again later.',
  ],
  // The ID token
  'id-token-missing': [503, 'server_error', `Microsoft’s answer lacks the ID token. ${AGAIN}`],
  'id-token-malformed': [403, 'server_error', `The ID token is not well-formed. ${AGAIN}`],
  'algorithm-refused': [403, 'server_error', `The ID token is not signed as it must be. ${AGAIN}`],
  'signature-invalid': [403, 'server_error', `The signature of the ID token is wrong. ${AGAIN}`],
  'issuer-mismatch': [403, 'server_error', `The ID token is of another issuer. ${AGAIN}`],
  'audience-mismatch': [403, 'server_error', `The ID token is for another application. ${AGAIN}`],
  'nonce-mismatch': [403, 'server_error', `The ID token belongs to another sign-in. ${AGAIN}`],
  'tenant-mismatch': [403, 'server_error', `The ID token is of another tenant. ${AGAIN}`],
  'id-token-expired': [403, 'server_error', `The ID token has expired. ${AGAIN}`],
  'id-token-not-yet-valid': [
    403,
    'server_error',
    `The ID token is of the future: a clock is wrong. ${AGAIN}`,
  ],
  'id-token-too-old': [403, 'server_error', `The ID token was issued too long ago. ${AGAIN}`],
  'claim-missing': [403, 'server_error', `The ID token does not say what it must. ${AGAIN}`],
  'hash-mismatch': [403, 'server_error', `The ID token belongs to another answer. ${AGAIN}`],
  // The person
  'not-provisioned': [
    403,
    'access_denied',
    'Your account has not arrived here yet. Microsoft Entra sends new people about every 40 minutes. If it takes longer, ask your administrator to assign the application to you.',
  ],
  deactivated: [403, 'access_denied', 'Your account is deactivated. Ask your administrator.'],
  conflict: [
    403,
    'access_denied',
    'The account with your name belongs to another person of Microsoft Entra. Ask your administrator to unlink it.',
  ],
  'guest-needs-object-id': [
    403,
    'access_denied',
    'You are a guest in this organization. Guests can sign in once Microsoft Entra sends their object id: ask your administrator to map objectId to externalId.',
  ],
  'role-required': [
    403,
    'access_denied',
    'You have no role for the web portal. Use the app, or ask your administrator for a role.',
  ],
} as const satisfies Readonly<Record<string, Words>>

export type RefusalReason = keyof typeof REFUSALS

type Details = Partial<Pick<SignInRefusal, 'aadsts' | 'traceId' | 'correlationId' | 'objectId'>>

/** The refusal of a reason, reached at that step. */
export function refuse(reason: RefusalReason, step: SignInStep, details: Details = {}): SignInRefusal {
  const [status, errorForClient, sentence] = REFUSALS[reason]
  return { kind: 'refused', reason, sentence, status, step, errorForClient, ...details }
}

/** Tells a refusal from what a step brings where it succeeds. */
export function isRefusal(value: object): value is SignInRefusal {
  return 'kind' in value && value.kind === 'refused'
}
