import type { JSX } from 'preact'
import { ActivityList, type ActivityLine } from './activity-list.tsx'
import { Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import { ConnectorField, Empty, Moment, NextLink, SelectField, type ConnectorChoice } from './parts.tsx'

/** One bar: what happened in an hour or on a day. */
export interface BarView {
  readonly label: string
  readonly succeeded: number
  readonly failed: number
}

export interface ActivityView {
  readonly chrome: Chrome
  readonly choices: readonly ConnectorChoice[]
  readonly connector: string
  readonly kinds: readonly string[]
  readonly kind: string
  readonly result: string
  readonly lines: readonly ActivityLine[]
  readonly next: string | undefined
  /** How far back was searched, where the search stopped on its way. */
  readonly searchedTo: string | undefined
  readonly hours: readonly BarView[]
  readonly days: readonly BarView[]
}

/** The log of a connector, and the last day and month as pictures. */
export function activityPage(view: ActivityView): string {
  return toHtml(<ActivityPage {...view} />)
}

function ActivityPage(view: ActivityView): JSX.Element {
  const { chrome, connector, lines, next, searchedTo, hours, days } = view
  const to = `connector=${connector}`
  return (
    <Portal title="Activity" chrome={chrome} current="/activity">
      <h1>Activity</h1>
      <p class="lead">What Entra, administrators and people who sign in have done. Newest first.</p>
      <div class="pair">
        <Picture title="Last 24 hours" bars={hours} />
        <Picture title="Last 30 days" bars={days} />
      </div>
      <section class="panel">
        <Filters {...view} />
        {lines.length === 0 ? <Empty>Nothing is found.</Empty> : <ActivityList lines={lines} />}
        {searchedTo === undefined ? null : (
          <p class="soft">
            Searched back to <Moment at={searchedTo} />.
          </p>
        )}
        <NextLink href={next} label={searchedTo === undefined ? 'Older' : 'Search on'} />
      </section>
      <section class="panel">
        <h2>Export</h2>
        <p class="lead">The last 30 days, at most 20,000 lines.</p>
        <div class="row">
          <a class="button quiet small" href={`/activity/export?format=csv&${to}`}>
            CSV
          </a>
          <a class="button quiet small" href={`/activity/export?format=ndjson&${to}`}>
            NDJSON
          </a>
        </div>
      </section>
    </Portal>
  )
}

const RESULTS = [
  { value: '', label: 'Any result' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
]

function Filters({ choices, connector, kinds, kind, result }: ActivityView): JSX.Element {
  const options = [
    { value: '', label: 'Everything' },
    ...kinds.map((value) => ({ value, label: titled(value) })),
  ]
  return (
    <form class="filters" method="get" action="/activity">
      <SelectField name="kind" label="Kind" options={options} chosen={kind} />
      <SelectField name="result" label="Result" options={RESULTS} chosen={result} />
      <ConnectorField choices={choices} chosen={connector} />
      <button class="button">Show</button>
    </form>
  )
}

const titled = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const HEIGHT = 60
const STEP = 10

/** Failures stand on top of what succeeded; the sentence says the same in numbers. */
function Picture({
  title,
  bars,
}: {
  readonly title: string
  readonly bars: readonly BarView[]
}): JSX.Element {
  const most = Math.max(1, ...bars.map(({ succeeded, failed }) => succeeded + failed))
  const sum = (read: (bar: BarView) => number): number => bars.reduce((total, bar) => total + read(bar), 0)
  const [succeeded, failed] = [sum((bar) => bar.succeeded), sum((bar) => bar.failed)]
  const words = `${succeeded.toLocaleString('en')} succeeded, ${failed.toLocaleString('en')} failed`
  return (
    <section class="panel">
      <h2>{title}</h2>
      <p class="soft">{words}</p>
      <svg
        class="bars"
        viewBox={`0 0 ${bars.length * STEP} ${HEIGHT + 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${words}`}
      >
        {bars.map((bar, index) => (
          <BarShape key={bar.label} bar={bar} x={index * STEP} scale={HEIGHT / most} />
        ))}
        <rect class="base" x="0" y={HEIGHT} width={bars.length * STEP} height="1" />
      </svg>
    </section>
  )
}

function BarShape(props: { readonly bar: BarView; readonly x: number; readonly scale: number }): JSX.Element {
  const { bar, x, scale } = props
  const [good, bad] = [bar.succeeded * scale, bar.failed * scale].map(
    (height) => Math.round(height * 10) / 10,
  )
  return (
    <g>
      <title>{`${bar.label}: ${bar.succeeded} succeeded, ${bar.failed} failed`}</title>
      <rect class="good" x={x + 1} y={HEIGHT - (good ?? 0)} width={STEP - 2} height={good} />
      <rect class="bad" x={x + 1} y={HEIGHT - (good ?? 0) - (bad ?? 0)} width={STEP - 2} height={bad} />
    </g>
  )
}
