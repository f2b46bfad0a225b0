import { ACTIVITY_KINDS, type ActivityResult } from '../shared/activity/activity-kind.ts'
import { totalOf } from '../shared/activity/activity-sums.ts'
import { exportCsv, exportNdjson } from '../shared/activity/export.ts'
import { helpFor } from '../shared/activity/failure-help.ts'
import { findActivity } from '../shared/activity/find-activity.ts'
import { getActivityPicture, type Bar } from '../shared/activity/rollups.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import type { ActivityItem } from '../shared/activity/activity.ts'
import { activityPage, type BarView } from '../shared/portal/activity-page.tsx'
import { withQuery } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { chooseDirectory } from './directory-choice.ts'
import { noConnector } from './no-connector.ts'
import { withAccess, type Access } from './portal-access.ts'

const SHOWN = 25
const PERIOD_MS = 30 * 86_400_000
const EXPORTED = 20_000

async function show(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const { chrome } = access
  const chosen = await chooseDirectory(request, access)
  if (chosen === undefined) return noConnector('Activity', '/activity', chrome)
  const { query, now } = request
  const { context, connector, choices } = chosen
  const { store, tenant } = context
  const kind = ACTIVITY_KINDS.find((name) => name === query.get('kind'))
  const result = toResult(query.get('result'))
  const wanted = { before: query.get('before') ?? undefined, kind, result }
  const since = new Date(now.getTime() - PERIOD_MS)
  const [found, picture] = await Promise.all([
    findActivity(store, tenant, { ...wanted, since, count: SHOWN }),
    getActivityPicture(store, tenant, now),
  ])
  const html = activityPage({
    chrome,
    choices,
    connector,
    kinds: ACTIVITY_KINDS,
    kind: kind ?? '',
    result: result ?? '',
    lines: found.items.map((item) => ({ item, help: helpFor(item), href: hrefOf(item, connector) })),
    next: found.next && withQuery('/activity', { connector, kind, result, before: found.next }),
    searchedTo: found.searchedTo,
    hours: picture.hours.map((bar) => toBar(bar, 'hour')),
    days: picture.days.map((bar) => toBar(bar, 'day')),
  })
  return { status: 200, html }
}

function toResult(text: string | null): ActivityResult | undefined {
  return text === 'succeeded' || text === 'failed' ? text : undefined
}

function hrefOf({ resource }: ActivityItem, connector: string): string | undefined {
  const folders: Readonly<Record<string, string>> = { User: 'users', Group: 'groups' }
  const folder = resource === undefined ? undefined : folders[resource.type]
  return folder && resource ? `/${folder}/${connector}/${encodeURIComponent(resource.id)}` : undefined
}

function toBar({ start, sums }: Bar, unit: 'hour' | 'day'): BarView {
  const text = start.toISOString()
  return { label: unit === 'hour' ? `${text.slice(11, 16)} UTC` : text.slice(0, 10), ...totalOf(sums) }
}

async function download(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const chosen = await chooseDirectory(request, access)
  if (chosen === undefined) return { status: 303, location: '/activity' }
  const { store, tenant } = chosen.context
  const isCsv = request.query.get('format') !== 'ndjson'
  const wanted = { since: new Date(request.now.getTime() - PERIOD_MS), limit: EXPORTED }
  const parts: string[] = []
  for await (const part of (isCsv ? exportCsv : exportNdjson)(store, tenant, wanted)) parts.push(part)
  const [type, extension] = isCsv ? ['text/csv; charset=utf-8', 'csv'] : ['application/x-ndjson', 'ndjson']
  const headers = {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="activity.${extension}"`,
  }
  return { status: 200, html: parts.join(''), headers }
}

registerPage('activity', { template: 'activity', methods: { GET: withAccess('seeActivity', show) } })
registerPage('activity-export', {
  template: 'activity/export',
  methods: { GET: withAccess('exportActivity', download) },
})
