import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import {
  CONNECTOR,
  connector,
  content,
  invalid,
  missing,
  operation,
  ORGANIZATION,
  organization,
  planRequired,
  secret,
  taken,
} from './management-openapi-operation.ts'
import { MANAGEMENT_SCHEMAS } from './management-openapi-schemas.ts'

const organizationPaths: JsonObject = {
  '/management/organizations': {
    post: operation(
      'createOrganization',
      'Creates an organization.',
      { 201: ['Created.', 'Organization'], 400: invalid, 409: taken },
      { schema: 'NewOrganization', required: true },
    ),
  },
  [ORGANIZATION]: {
    parameters: [organization],
    get: operation('getOrganization', 'Reads an organization.', {
      200: ['It.', 'Organization'],
      404: missing,
    }),
    patch: operation(
      'updateOrganization',
      'Changes an organization; absent members stay.',
      { 200: ['Changed.', 'Organization'], 400: invalid, 404: missing, 409: taken },
      { schema: 'OrganizationPatch', required: true },
    ),
    delete: operation('deleteOrganization', 'Deletes an organization and its connectors.', {
      204: ['Deleted; its data is purged after 30 days.'],
      404: missing,
    }),
  },
}

const setupPaths: JsonObject = {
  [`${ORGANIZATION}/setup-links`]: {
    parameters: [organization],
    post: operation(
      'createSetupLink',
      'Makes a link with which an administrator sets the organization up. Good for 24 hours, once.',
      { 201: ['To hand to the administrator; it is told only now.', 'SetupLink'], 404: missing },
      { schema: 'EmptyBody', required: false },
    ),
  },
}

const connectorPaths: JsonObject = {
  [`${ORGANIZATION}/connectors`]: {
    parameters: [organization],
    get: operation('listConnectors', 'Lists connectors, oldest first.', {
      200: ['All of them.', 'Connectors'],
      404: missing,
    }),
    post: operation(
      'createConnector',
      'Adds a connector. The answer has its password, once.',
      {
        201: ['Created.', 'Connector'],
        400: invalid,
        403: planRequired,
        404: missing,
        409: ['There are too many connectors.', 'Problem'],
      },
      { schema: 'NewConnector', required: true },
    ),
  },
  [CONNECTOR]: {
    parameters: [organization, connector],
    get: operation('getConnector', 'Reads a connector.', { 200: ['It.', 'Connector'], 404: missing }),
    patch: operation(
      'updateConnector',
      'Changes a connector; absent members stay.',
      {
        200: ['Changed.', 'Connector'],
        400: invalid,
        403: planRequired,
        404: missing,
        409: ['Users share a login e-mail; `clashes` names them and nothing is changed.', 'Problem'],
      },
      { schema: 'ConnectorPatch', required: true },
    ),
    delete: operation('deleteConnector', 'Deletes a connector; allowed on every plan.', {
      204: ['Deleted; its data is purged after 30 days.'],
      404: missing,
    }),
  },
}

const testPaths: JsonObject = {
  [`${CONNECTOR}/test-sign-in`]: {
    parameters: [organization, connector],
    post: operation(
      'testSignIn',
      'Makes a link that runs a sign-in with the draft, or else the active settings. Good for ten minutes, once.',
      {
        201: ['To open in a browser.', 'SignInTest'],
        400: invalid,
        403: planRequired,
        404: missing,
        409: ['Nothing is set up yet.', 'Problem'],
      },
      { schema: 'TestSignIn', required: true },
    ),
  },
}

const secretPaths: JsonObject = {
  [`${CONNECTOR}/scim-secrets`]: {
    parameters: [organization, connector],
    post: operation(
      'createScimSecret',
      'Makes another SCIM password, to exchange the present one without a gap.',
      {
        201: ['Created.', 'NewScimSecret'],
        403: planRequired,
        404: missing,
        409: ['Two live already.', 'Problem'],
      },
      { schema: 'EmptyBody', required: false },
    ),
  },
  [`${CONNECTOR}/scim-secrets/{secret}`]: {
    parameters: [organization, connector, secret],
    delete: operation('revokeScimSecret', 'Revokes a SCIM password; allowed on every plan.', {
      204: ['Revoked.'],
      404: missing,
    }),
  },
}

const activityPaths: JsonObject = {
  [`${CONNECTOR}/activity`]: {
    parameters: [
      organization,
      connector,
      {
        name: 'before',
        in: 'query',
        description: 'The cursor of an item: the page begins right after it.',
        schema: { type: 'string', pattern: '^\\d{13}\\.[0-9a-z]{8}$' },
      },
      {
        name: 'count',
        in: 'query',
        description: `At most ${LIMITS.maxCount}; more is taken as that.`,
        schema: { type: 'integer', minimum: 1, default: LIMITS.defaultCount },
      },
    ],
    get: operation('listActivity', 'Reads the log, newest first.', {
      200: ['One page.', 'ActivityPage'],
      400: invalid,
      404: missing,
    }),
  },
}

const queryParameter = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
})

const userPaths: JsonObject = {
  [`${CONNECTOR}/users`]: {
    parameters: [
      organization,
      connector,
      queryParameter('filter', 'A SCIM filter, such as userName eq "mira@example.com".', { type: 'string' }),
      queryParameter('startIndex', 'The first user of the page, from 1.', { type: 'integer', default: 1 }),
      queryParameter('count', `At most ${LIMITS.maxCount}; more is taken as that.`, {
        type: 'integer',
        default: LIMITS.defaultCount,
      }),
    ],
    get: operation('listUsers', 'Reads users, each with the role that its roles amount to.', {
      200: ['One page.', 'UserPage'],
      400: invalid,
      404: missing,
    }),
    post: operation(
      'importUsers',
      'Takes over accounts that the platform has, so that Entra matches them. Each succeeds or fails by itself.',
      {
        200: ['What became of each, in order.', 'ImportResults'],
        400: invalid,
        404: missing,
        413: [`More than ${LIMITS.importedUsers} users.`, 'Problem'],
      },
      { schema: 'UserImport', required: true },
    ),
  },
}

const verificationPaths: JsonObject = {
  [`${CONNECTOR}/verification`]: {
    parameters: [organization, connector],
    post: operation(
      'verifyConnector',
      'Checks that every row has its owner and every owner its rows, a slice at a time.',
      { 200: ['One slice.', 'Verified'], 400: invalid, 404: missing },
      { schema: 'Verification', required: false },
    ),
  },
}

const documentPath: JsonObject = {
  '/management/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'This document.',
      responses: {
        200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
        default: { description: 'Any failure.', ...content('Problem') },
      },
    },
  },
}

/** The management API as OpenAPI 3.1; `server` is the origin under which it is reached. */
export function managementOpenApi(server: string): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title: 'Gatehouse management API', version: '1.0.0' },
    servers: [{ url: server }],
    security: [{ functionKey: [] }],
    paths: {
      ...organizationPaths,
      ...setupPaths,
      ...connectorPaths,
      ...secretPaths,
      ...testPaths,
      ...activityPaths,
      ...userPaths,
      ...verificationPaths,
      ...documentPath,
    },
    components: {
      securitySchemes: { functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' } },
      schemas: MANAGEMENT_SCHEMAS,
    },
  }
}
