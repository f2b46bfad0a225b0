import { findDeletedPeople } from '../shared/scim/deleted-people.ts'
import type { PeopleContext } from '../shared/scim/people-context.ts'
import { findPeople, type PeoplePage } from '../shared/scim/people.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { parseRole } from '../shared/kernel/roles.ts'
import { peoplePage } from '../shared/portal/people-page.tsx'
import { withQuery } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { chooseDirectory } from './directory-choice.ts'
import { noConnector } from './no-connector.ts'
import { withAccess, type Access } from './portal-access.ts'

const SHOWN = 25

async function list(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const chosen = await chooseDirectory(request, access)
  if (chosen === undefined) return noConnector('Users', '/users', access.chrome)
  const { query } = request
  const read = (name: string): string => query.get(name) ?? ''
  const [text, state, wanted] = [read('q'), read('state'), read('role')]
  const role = wanted === 'none' ? 'none' : parseRole(wanted)
  const after = query.get('after') ?? undefined
  const found =
    state === 'deleted'
      ? await listDeleted(chosen.context, after)
      : await findPeople(chosen.context, {
          text,
          ...(state === 'active' || state === 'inactive' ? { active: state === 'active' } : {}),
          ...(role === undefined ? {} : { role }),
          after,
          count: SHOWN,
        })
  const { connector, choices } = chosen
  const next =
    found.next && withQuery('/users', { connector, q: text, state, role: role ?? '', after: found.next })
  const view = { chrome: access.chrome, choices, connector, text, state, role: role ?? '' }
  return { status: 200, html: peoplePage({ ...view, people: found.people, next }) }
}

/** Who can still be restored; a search does not look there. */
async function listDeleted(context: PeopleContext, after: string | undefined): Promise<PeoplePage> {
  const { people, next } = await findDeletedPeople(context, { after, count: SHOWN })
  const gone = { active: false, email: undefined, role: undefined, lastSignIn: undefined }
  return { people: people.map(({ id, name, userName }) => ({ id, name, userName, ...gone })), next }
}

registerPage('users', { template: 'users', methods: { GET: withAccess('seeDirectory', list) } })
