import { app, type HttpMethod } from '@azure/functions'
import { managementEndpoint, type ManagementRoute } from '../shared/http/management-endpoint.ts'
import { getRuntime } from '../shared/runtime.ts'

/** All methods: the host answers an undeclared one with an empty 404, and 405 with `Allow` is ours to give. */
const METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Registers an address of the management API. The host lets nobody in without a function key. */
export function registerManagement(name: string, route: ManagementRoute): void {
  app.http(`management-${name}`, {
    methods: METHODS,
    authLevel: 'function',
    route: route.template,
    handler: managementEndpoint(getRuntime, route),
  })
}
