import { app, type HttpMethod } from '@azure/functions'
import { browserEndpoint, type BrowserRequest, type BrowserRoute } from '../shared/http/browser-endpoint.ts'
import { messagePage } from '../shared/portal/message-page.tsx'
import { getRuntime } from '../shared/runtime.ts'

type Runtime = Awaited<ReturnType<typeof getRuntime>>

/** A request for one of our pages, parsed. */
export type PageRequest = BrowserRequest<Runtime>

/** All methods: the host answers an undeclared one with an empty 404, and 405 with `Allow` is ours to give. */
export const METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Registers an address for browsers. */
export function registerPage(name: string, route: BrowserRoute<Runtime>): void {
  const edge = {
    services: getRuntime,
    renderProblem: (problem: { heading: string; sentence: string }, reference: Reference): string =>
      messagePage({ ...problem, actions: [], reference }),
  }
  app.http(name, {
    methods: METHODS,
    authLevel: 'anonymous',
    route: route.template,
    handler: browserEndpoint(edge, route),
  })
}

interface Reference {
  readonly correlationId: string
  readonly time: string
}
