import { app, type HttpMethod } from '@azure/functions'
import {
  browserEndpoint,
  type BrowserRequest,
  type BrowserRoute,
  type RenderProblem,
} from '../shared/http/browser-endpoint.ts'
import { messagePage } from '../shared/portal/message-page.tsx'
import { getRuntime } from '../shared/runtime.ts'

type Runtime = Awaited<ReturnType<typeof getRuntime>>

/** A request for one of our pages, parsed. */
export type PageRequest = BrowserRequest<Runtime>

/** All methods: the host answers an undeclared one with an empty 404, and 405 with `Allow` is ours to give. */
export const METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const renderProblem: RenderProblem = ({ heading, sentence }, reference) =>
  messagePage({ heading, sentence, actions: [], reference })

/** Registers an address for browsers. */
export function registerPage(name: string, route: BrowserRoute<Runtime>): void {
  app.http(name, {
    methods: METHODS,
    authLevel: 'anonymous',
    route: route.template,
    handler: browserEndpoint({ services: getRuntime, renderProblem }, route),
  })
}
