import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Outage } from './faults.ts'
import { errorPage } from './pages.ts'
import { toErrorBody, type Refusal } from './refusals.ts'

/** Far more than any client takes for an honest answer. */
const LARGE_BYTES = 2 * 1024 * 1024

/** Answers with JSON that nobody keeps. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}

/** Answers with a page that nobody keeps and no other page may frame. */
export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  })
  response.end(html)
}

/** Sends the browser elsewhere, always by GET. */
export function sendElsewhere(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store' })
  response.end()
}

/** A refusal as the caller can read it: JSON for programs, a page for people. */
export function sendRefusal(response: ServerResponse, refused: Refusal, reader: 'program' | 'person'): void {
  if (reader === 'program') sendJson(response, refused.status, toErrorBody(refused))
  else sendPage(response, refused.status, errorPage(refused))
}

/** The fields of a form that was sent. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await buffer(request)).toString())
}

/** Answers as an endpoint in trouble would; for a hanging one that is never. */
export function sendOutage(response: ServerResponse, outage: Outage): void {
  switch (outage) {
    case 'error':
      return sendJson(response, 500, { error: 'server_error' })
    case 'unavailable':
      return sendJson(response, 503, { error: 'temporarily_unavailable' })
    case 'html':
      return sendPage(response, 200, '<!doctype html><title>Sign in</title><p>Service health')
    case 'redirect':
      return sendElsewhere(response, 'https://attacker.example/')
    case 'too-large':
      return sendJson(response, 200, { padding: 'x'.repeat(LARGE_BYTES) })
    case 'hang':
      return undefined
  }
}
