import type { ConnectorsContext } from '../shared/connectors/context.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import type { PageRequest } from './browser-registration.ts'

/** What a change of a connector needs to know of a browser's request. */
export function testContext({ services, caller, now }: PageRequest): ConnectorsContext {
  const { store, settings, authenticator } = services
  return {
    store,
    caller,
    now: services.now,
    salesContact: settings.salesContact,
    forget: (connector) => authenticator.forget(connector),
    deadline: now.getTime() + LIMITS.requestBudgetMs,
  }
}
