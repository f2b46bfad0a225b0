/** Every limit of the public surface, in one place: the code, /ServiceProviderConfig, the docs and the tests read it here. */
export const LIMITS = {
  bodyBytes: 1_048_576,
  /** Of the forms that clients of the platform send: codes and tokens are far shorter. */
  formBytes: 16_384,
  /** Groups and Bulk carry member lists. */
  largeBodyBytes: 4_194_304,
  patchOperations: 1_000,
  membersPerRequest: 5_000,
  bulkOperations: 100,
  filterCharacters: 4_000,
  filterDepth: 16,
  filterTerms: 64,
  jsonDepth: 32,
  /** Of a whole body: members and elements at every level, lists and objects themselves included. */
  jsonValues: 200_000,
  /** Of one object: ten times the attributes of any schema. */
  jsonMembers: 1_000,
  /** UTF-16 code units: the size of one string property in Table Storage. */
  stringLength: 32_768,
  emailsPerUser: 20,
  /** Of any multi-valued attribute but members: values are compared with each other. */
  valuesPerAttribute: 500,
  /** UTF-16 code units of a value that is looked up (user name, e-mail, external id, names). */
  indexedValueLength: 1_024,
  /** UTF-16 code units of a stored resource: an entity holds 1 MiB, keys and index columns included. */
  resourceCharacters: 400_000,
  defaultCount: 100,
  maxCount: 500,
  /** Names in `attributes` or `excludedAttributes`. */
  projectedAttributes: 1_000,
  /**
   * UTF-16 units that the filters of one request, or the operations of one PATCH, compare; each value counts a hundred
   * at least. It bounds the whole time of a request, not the time without a rest.
   */
  comparedCharacters: 100_000_000,
  /** UTF-16 units of the folded text that order resources; beyond them texts count as equal. */
  sortedCharacters: 1_024,
  /** Resources read for a filter or sort that no index serves. */
  scannedResources: 2_000,
  groupsPerUser: 1_000,
  /** Members that the groups of one list answer have together. */
  listedMembers: 50_000,
  importedUsers: 100,
  customAttributes: 50,
  failedAuthenticationsPerMinute: 600,
  /** Of setup links and recovery codes, in one process; right ones go on to open. */
  failedSetupCodesPerMinute: 60,
  failureActivityPerMinute: 60,
  connectorCacheMs: 30_000,
  /** The time in which a request must be answered, below Entra's and Azure's own. */
  requestBudgetMs: 25_000,
  /** Between the beginning of a sign-in and its return from Entra. */
  loginMs: 600_000,
  /** The longest that a client of the platform stays signed in by refresh tokens. */
  grantMs: 30 * 86_400_000,
  scimSecrets: 2,
  connectorsPerOrganization: 100,
  domainsPerOrganization: 50,
  purgeAfterDays: 30,
  /** Of a line of the activity: a year, and time to look back on it. */
  activityRetentionDays: 400,
} as const
