import { fail } from '../shared/kernel/failure.ts'
import { registerPage } from './browser-registration.ts'

const nothing = (): never => fail({ code: 'not_found', detail: 'There is no such page.' })

/** A wrong address is a page too. The host takes the first route in the order of names, so this one sorts last. */
registerPage('auth-zz-fallback', {
  template: 'auth/{*path}',
  methods: { GET: async () => nothing(), POST: async () => nothing() },
})
