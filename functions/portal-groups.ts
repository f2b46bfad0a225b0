import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { fail } from '../shared/kernel/failure.ts'
import { parseResourceId } from '../shared/kernel/ids.ts'
import { groupPage, groupsPage } from '../shared/portal/groups-page.tsx'
import { findGroups, getGroupPage } from '../shared/scim/group-page.ts'
import { withQuery } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { chooseDirectory, openDirectory } from './directory-choice.ts'
import { noConnector } from './no-connector.ts'
import { withAccess, type Access } from './portal-access.ts'

const SHOWN = 50

async function list(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const { chrome } = access
  const chosen = await chooseDirectory(request, access)
  if (chosen === undefined) return noConnector('Groups', '/users', chrome)
  const text = request.query.get('q') ?? ''
  const after = request.query.get('after') ?? undefined
  const found = await findGroups(chosen.context, { text, after, count: SHOWN })
  const { connector, choices } = chosen
  const next = found.next && withQuery('/groups', { connector, after: found.next })
  const html = groupsPage({ chrome, choices, connector, text, groups: found.groups, next })
  return { status: 200, html }
}

async function show(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const id = parseResourceId(request.params['group'])
  const context = await openDirectory(request, access, request.params['connector'] ?? '')
  const after = request.query.get('after') ?? undefined
  const group = id && (await getGroupPage(context, id, { after, count: SHOWN }))
  if (group === undefined) return fail({ code: 'not_found', detail: 'No group has this id.' })
  const { connector } = context.tenant
  const next = group.next && withQuery(`/groups/${connector}/${group.id}`, { after: group.next })
  return { status: 200, html: groupPage({ chrome: access.chrome, connector, group, next }) }
}

registerPage('groups', { template: 'groups', methods: { GET: withAccess('seeDirectory', list) } })
registerPage('groups-group', {
  template: 'groups/{connector}/{group}',
  methods: { GET: withAccess('seeDirectory', show) },
})
