import type { ConnectorsContext } from '../shared/connectors/context.ts'
import type { PageRequest } from './browser-registration.ts'
import type { Access } from './portal-access.ts'
import { testContext } from './sign-in-test-context.ts'

/** What a change of a connector needs to know, with whoever does it in this session. */
export function setupContext(request: PageRequest, { caller }: Access): ConnectorsContext {
  return { ...testContext(request), caller }
}
