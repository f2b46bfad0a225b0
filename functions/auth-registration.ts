import { app } from '@azure/functions'
import { EVERY_METHOD } from '../shared/http/scim-route.ts'
import { oauthEndpoint, type OAuthRoute } from '../shared/http/token-endpoint.ts'

/** Registers an address that clients of the platform call: their own credentials count, not a function key. */
export function registerOAuth(name: string, route: OAuthRoute): void {
  app.http(name, {
    route: route.template,
    methods: EVERY_METHOD,
    authLevel: 'anonymous',
    handler: oauthEndpoint(route),
  })
}
