import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import type { TestedSignIn } from '../shared/oidc/relying-party.ts'
import { testPage } from '../shared/portal/test-page.tsx'
import { logOf } from './browser-answers.ts'
import type { PageRequest } from './browser-registration.ts'

type Result = Pick<TestedSignIn, 'test' | 'refusal' | 'person'> & { readonly isActive: boolean }

/** The page of a test's result. */
export function testAnswer(request: PageRequest, { test, refusal, person, isActive }: Result): BrowserAnswer {
  const { correlationId } = request.caller
  const html = testPage({
    platform: test.platform,
    step: test.step,
    refusal,
    isActive,
    person,
    reference: { correlationId, time: request.now.toISOString(), traceId: refusal?.traceId },
  })
  return { status: refusal?.status ?? 200, html, log: refusal === undefined ? {} : logOf(refusal) }
}
