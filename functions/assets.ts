import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions'
import { ASSET_HEADERS, PAGE_HEADERS } from '../shared/http/security-headers.ts'
import { findAsset } from '../shared/portal/assets.ts'
import { METHODS } from './browser-registration.ts'

/** The files of our pages. They need no settings and no storage, so that even the page of an outage has its looks. */
function asset({ method, params }: HttpRequest): HttpResponseInit {
  const found = findAsset(params['file'] ?? '')
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { ...PAGE_HEADERS, Allow: 'GET, HEAD' } }
  if (found === undefined) return { status: 404, headers: PAGE_HEADERS }
  const headers = { ...ASSET_HEADERS, 'Content-Type': found.contentType }
  return method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body: found.body }
}

app.http('assets', { methods: METHODS, authLevel: 'anonymous', route: 'assets/{file}', handler: asset })
