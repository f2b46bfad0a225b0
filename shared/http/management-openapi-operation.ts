import type { JsonObject } from '../kernel/json.ts'
import type { ManagementSchema } from './management-openapi-schemas.ts'

type Answers = Readonly<Record<number, readonly [description: string, schema?: ManagementSchema]>>

export const ORGANIZATION = '/management/organizations/{organization}'
export const CONNECTOR = `${ORGANIZATION}/connectors/{connector}`

const pathParameter = (name: string, pattern: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', pattern },
})
export const organization = pathParameter('organization', '^[0-9a-z]{16}$')
export const connector = pathParameter('connector', '^[0-9a-z]{16}-[1-9][0-9]{0,3}$')
export const secret = pathParameter('secret', '^[0-9a-z]{8}$')

const reference = (schema: ManagementSchema): JsonObject => ({ $ref: `#/components/schemas/${schema}` })

/** One operation: its answers by status. Every operation can also fail in ways that are not its own: those are the `default` answer. */
export function operation(
  operationId: string,
  summary: string,
  answers: Answers,
  body?: { schema: ManagementSchema; required: boolean },
): JsonObject {
  const responses = Object.entries(answers).map(([status, [description, schema]]) => [
    status,
    { description, ...(schema === undefined ? {} : content(schema)) },
  ])
  return {
    operationId,
    summary,
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: { 'application/json': { schema: reference(body.schema) } },
          },
        }),
    responses: {
      ...Object.fromEntries(responses),
      default: { description: 'Any other failure.', ...content('Problem') },
    },
  }
}

/** A body of this schema. */
export function content(schema: ManagementSchema): JsonObject {
  const type = schema === 'Problem' ? 'application/problem+json' : 'application/json'
  return { content: { [type]: { schema: reference(schema) } } }
}

export const invalid = ['The body is not valid; `detail` names what is wrong.', 'Problem'] as const
export const planRequired = ['The plan does not include connectors.', 'Problem'] as const
export const missing = ['There is no such thing, or it is deleted.', 'Problem'] as const
export const taken = ['A short name or domain belongs to another organization.', 'Problem'] as const
