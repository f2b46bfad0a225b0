import type { Progress } from './cycle-context.ts'
import type { CallStatistics, CycleSummary } from './summary.ts'

const BAR_WIDTH = 30

/** One line of progress: `users        [##########....................] 120/360`. */
export function progressLine({ phase, done, total }: Progress): string {
  const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH)
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled)
  return `  ${phase.padEnd(15)}[${bar}] ${done}/${total}`
}

/** Shows progress: redrawn in place on a terminal, one line at the end of each phase elsewhere. */
export function progressPrinter(output: {
  readonly isTTY?: boolean
  write(text: string): unknown
}): (progress: Progress) => void {
  let drawn = 0
  return (progress) => {
    const isEnd = progress.done === progress.total
    // Twenty times a second is as much as anybody sees.
    if (!isEnd && (output.isTTY !== true || performance.now() - drawn < 50)) return
    drawn = performance.now()
    if (progress.total === 0 || (!isEnd && output.isTTY !== true)) return
    const end = isEnd ? '\n' : ''
    output.write(`${output.isTTY === true ? '\r' : ''}${progressLine(progress)}${end}`)
  }
}

/** The closing table: calls by kind, their answers and latencies, and what came of it all. */
export function reportLines(summary: CycleSummary): readonly string[] {
  const { created, matched, updated, disabled, deleted, membersAdded, membersRemoved } = summary
  const table = [
    row(['call', 'count', 'answers', 'p50 ms', 'p95 ms', 'max ms']),
    ...summary.calls.map(callRow),
  ]
  return [
    '',
    ...(summary.calls.length > 0 ? table : ['  Nothing to do: no object has changed since the last cycle.']),
    '',
    `  created ${created}, matched ${matched}, updated ${updated}, disabled ${disabled}, deleted ${deleted}, ` +
      `members added ${membersAdded}, members removed ${membersRemoved}`,
    `  ${summary.requests} requests, ${summary.writes} of them writes, in ${(summary.ms / 1000).toFixed(1)} s`,
    ...summary.failures
      .slice(0, 10)
      .map(({ name, call, code, detail }) => `  FAILED ${name}: ${call}: ${code}: ${detail}`),
    ...(summary.failures.length > 10 ? [`  … and ${summary.failures.length - 10} more failures`] : []),
    ...(summary.quarantined === null ? [] : [`  The job is in quarantine: ${summary.quarantined.reason}`]),
    ...(summary.disabledJob ? ['  The job is disabled. Restart it with -- --restart.'] : []),
  ]
}

function callRow({ kind, count, statuses, p50, p95, max }: CallStatistics): string {
  const answers = Object.entries(statuses).map(
    ([status, number]) => `${status === '0' ? 'none' : status} ×${number}`,
  )
  return row([kind, String(count), answers.join(' '), p50.toFixed(1), p95.toFixed(1), max.toFixed(1)])
}

const WIDTHS = [18, 7, 24, 9, 9, 9]

function row(cells: readonly string[]): string {
  return `  ${cells.map((cell, i) => (i === 0 || i === 2 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0))).join(' ')}`
}
