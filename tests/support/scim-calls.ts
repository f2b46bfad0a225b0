import { HttpRequest, InvocationContext, type HttpMethod, type HttpResponseInit } from '@azure/functions'
import { scimEndpoint, type ScimServices } from '../../shared/http/scim-endpoint.ts'
import type { ScimRoute } from '../../shared/http/scim-route.ts'
import type { Directory } from './directory-context.ts'

export interface ScimCall {
  readonly route: ScimRoute
  readonly method: HttpMethod
  readonly id?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request at the edge, in this process and without HTTP; the secret counts as checked. */
export async function callScim({ context }: Directory, call: ScimCall): Promise<HttpResponseInit> {
  const { tenant, rules } = context
  const services = {
    ...context,
    settings: { publicBaseUrl: 'https://gatehouse.example' },
    gate: () => undefined,
    authenticator: {
      authenticate: async () => ({
        tenant,
        connector: { id: tenant.connector, state: 'enabled', rules, marks: {} },
        secretId: 'test',
      }),
      noteUse: async () => undefined,
      noteMark: async () => undefined,
    },
  } as unknown as ScimServices
  const request = new HttpRequest({
    url: `https://gatehouse.example/x?${new URLSearchParams(call.query).toString()}`,
    method: call.method,
    params: { connector: tenant.connector, ...(call.id === undefined ? {} : { id: call.id }) },
    ...(call.body === undefined
      ? {}
      : { body: { string: call.body }, headers: { 'content-type': 'application/scim+json' } }),
  })
  const endpoint = scimEndpoint(async () => services, call.route)
  return endpoint(request, new InvocationContext({ logHandler: () => undefined }))
}
