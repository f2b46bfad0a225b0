import { kindOf, resultOf } from './activity-kind.ts'
import type { ActivityItem } from './activity.ts'

/** A failure in words: why it happens, and what an administrator does about it in Entra. */
export interface FailureHelp {
  readonly cause: string
  readonly remedy: string
}

type Words = readonly [cause: string, remedy: string]

const MAPPINGS = 'Enterprise application, Provisioning, Attribute mapping'

/** Of provisioning, by what is taken. */
const TAKEN: Readonly<Record<string, Words>> = {
  userName: [
    'Another user has this user name. Often the account was there before Entra came, or a person was created anew after a deletion.',
    `See who has it under Users & Groups. Make Entra match that user (${MAPPINGS}: matching precedence on userName), or rename or delete one of the two; Entra tries again by itself, at once with "Provision on demand".`,
  ],
  emails: [
    'Another person has this login e-mail, perhaps one who is deactivated.',
    'Give one of the two another address in Entra. If the other person is deactivated, free the address on their page here; or switch unique e-mails off in Organization Setup.',
  ],
  displayName: [
    'Another group has this name, and one of the two has no external id to tell them apart.',
    `Map objectId to externalId for groups (${MAPPINGS}), or rename one of the groups.`,
  ],
  externalId: [
    'Another group has this external id.',
    `Map objectId, which is never the same twice, to externalId for groups (${MAPPINGS}).`,
  ],
}

/** Of provisioning, by the error that Entra was given. */
const PROVISIONING: Readonly<Record<string, Words>> = {
  uniqueness: [
    'Something that must be unique belongs to another resource.',
    'Entra’s provisioning log quotes who has it. Change one of the two, or make Entra match the other one.',
  ],
  invalidValue: [
    'A value is missing or is not of the type that it should be. Most often a person has no e-mail address, first name or last name in Entra.',
    `Fill the attribute in for the person, and for the address map Coalesce([mail], [userPrincipalName]) to emails[type eq "work"].value (${MAPPINGS}). What is required is set in Organization Setup.`,
  ],
  invalidFilter: [
    'Entra looked for somebody by an attribute that cannot be searched, or by a value that is not well-formed.',
    `Use userName or externalId for matching (${MAPPINGS}, matching precedence).`,
  ],
  invalidPath: [
    'An attribute mapping aims at a path that is not well-formed.',
    `Correct the target attribute (${MAPPINGS}); compare it with the ones that Entra offers.`,
  ],
  invalidSyntax: [
    'The request was not a well-formed SCIM message.',
    'Use the SCIM URL as Organization Setup shows it, with ?aadOptscim062020 or without, and restart provisioning. If another product sends this, look at its log.',
  ],
  noTarget: [
    'A change was meant for a value that is not there.',
    `Look for a mapping that sets a part of something else (${MAPPINGS}) and provision the person on demand.`,
  ],
  mutability: [
    'A change was meant for an attribute that nobody can change, such as the id.',
    `Take that mapping out (${MAPPINGS}).`,
  ],
  tooMany: [
    'The search would have had to look at too many resources.',
    `Match by userName or externalId, for which there is an index (${MAPPINGS}, matching precedence).`,
  ],
  conflict: [
    'Something else changed the same resource at the same time.',
    'Nothing: Entra tries again by itself.',
  ],
  too_large: [
    'The request was larger than the service takes.',
    'Look for an attribute with a very long value, or for a client that sends all members of a large group at once.',
  ],
  precondition_failed: [
    'The resource was changed since the client last read it.',
    'Nothing: the client reads it again. Entra never asks for this.',
  ],
  rate_limited: [
    'There were more requests in a second than the service takes from one connector.',
    'Nothing: Entra waits and tries again. If it lasts, look whether provisioning runs in two applications with the same SCIM URL.',
  ],
}

/** Of sign-in, by the reason that the person was refused for. */
const SIGN_IN: Readonly<Record<string, Words>> = {
  'secret-wrong': [
    'The client secret is wrong. Often its id was entered in place of its value.',
    'App registration, Certificates & secrets: make a new client secret and enter its value in Organization Setup.',
  ],
  'secret-expired': [
    'The client secret has expired.',
    'App registration, Certificates & secrets: make a new client secret and enter its value in Organization Setup.',
  ],
  'secret-missing': [
    'There is no client secret.',
    'Enter the value of a client secret of the app registration in Organization Setup.',
  ],
  'client-unknown': [
    'Entra knows no application with this client id in this tenant.',
    'Compare Client Id and Authority in Organization Setup with the overview of the app registration.',
  ],
  'tenant-unknown': [
    'There is no such tenant.',
    'Compare the Authority in Organization Setup with the Directory (tenant) ID of the app registration.',
  ],
  'redirect-uri-unknown': [
    'The redirect URI is not registered.',
    'App registration, Authentication: add both redirect URIs that Organization Setup shows.',
  ],
  'redirect-platform-mismatch': [
    'A redirect URI is registered under the wrong platform.',
    'App registration, Authentication: the first one belongs under "Mobile and desktop applications", the second one under "Web".',
  ],
  'consent-required': [
    'Nobody has consented to the application for the organization.',
    'App registration, API permissions: Grant admin consent.',
  ],
  'not-assigned': [
    'The person is not assigned to the application.',
    'Enterprise application, Users and groups: assign the person, or a group that they are in.',
  ],
  'not-provisioned': [
    'Entra has not provisioned this person yet.',
    'Assign the person to the enterprise application and wait for the next cycle, or use "Provision on demand".',
  ],
  deactivated: [
    'The person is deactivated.',
    'Enable the account in Entra and see that it is assigned to the enterprise application.',
  ],
  conflict: [
    'The person in Entra matches a user that is linked to somebody else.',
    `Map objectId to externalId for users (${MAPPINGS}), or unlink the sign-in on that user’s page.`,
  ],
  'guest-needs-object-id': [
    'Guests are recognised by their object id only.',
    `Map objectId to externalId for users (${MAPPINGS}).`,
  ],
  'role-required': [
    'The person has no role, so they may sign in to the apps only.',
    'Enterprise application, Users and groups: assign the person with an app role.',
  ],
  'entra-unavailable': [
    'Microsoft’s sign-in service did not answer.',
    'Nothing: try again later, and see Microsoft’s service health.',
  ],
}

/** What to make of a line that says that something failed; `undefined` for one that does not. */
export function helpFor(item: ActivityItem): FailureHelp | undefined {
  if (resultOf(item) === 'succeeded') return undefined
  const [code = ''] = (item.note ?? '').split(';')
  const [cause, remedy] = wordsFor(item, code) ?? FALLBACK
  return { cause, remedy }
}

const FALLBACK: Words = [
  'The request was refused.',
  'Look at the same moment in Entra’s provisioning or sign-in logs, which quote the answer; the correlation id tells us which request it was.',
]

function wordsFor(item: ActivityItem, code: string): Words | undefined {
  if (kindOf(item) === 'sign-in') return own(SIGN_IN, code)
  const taken = code === 'uniqueness' ? item.attributes?.map((name) => own(TAKEN, name)) : undefined
  return taken?.find((words) => words !== undefined) ?? own(PROVISIONING, code)
}

function own(table: Readonly<Record<string, Words>>, code: string): Words | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined
}
