import type { ScimContext } from './context.ts'

/** What a page about people knows of its request: the connector, who looks or acts, and how long it may take. */
export type PeopleContext = Pick<ScimContext, 'store' | 'tenant' | 'rules' | 'caller' | 'now' | 'deadline'>
