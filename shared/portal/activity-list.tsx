import type { JSX } from 'preact'
import type { ActivityItem } from '../activity/activity.ts'
import type { FailureHelp } from '../activity/failure-help.ts'
import { DataTable, Moment } from './parts.tsx'

/** A line of the log, and what to make of it. */
export interface ActivityLine {
  readonly item: ActivityItem
  readonly help: FailureHelp | undefined
  /** The page of what the line is about, if there is one. */
  readonly href: string | undefined
}

/** Lines of a log, newest first. */
export function ActivityList({ lines }: { readonly lines: readonly ActivityLine[] }): JSX.Element {
  return (
    <DataTable label="Activity" columns={['Time', 'What', 'Result', 'Details']}>
      {lines.map((line) => (
        <Line key={line.item.cursor} {...line} />
      ))}
    </DataTable>
  )
}

function Line({ item, help, href }: ActivityLine): JSX.Element {
  const { operation, status, attributes, note, resource } = item
  return (
    <tr>
      <td>
        <Moment at={item.at} />
      </td>
      <td>
        <code>{operation}</code>
        {resource === undefined ? null : (
          <div class="soft">{href === undefined ? resource.type : <a href={href}>{resource.type}</a>}</div>
        )}
      </td>
      <td>
        <span class={status < 400 ? 'tag good' : 'tag bad'}>
          {status < 400 ? 'Succeeded' : `Failed (${status})`}
        </span>
      </td>
      <td>
        {help === undefined ? null : (
          <>
            <strong>{help.cause}</strong>
            <div>{help.remedy}</div>
          </>
        )}
        {note === undefined ? null : <div class="soft">{note}</div>}
        {attributes === undefined ? null : <div class="soft">{attributes.join(', ')}</div>}
      </td>
    </tr>
  )
}
