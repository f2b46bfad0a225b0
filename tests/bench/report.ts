import { cpus, totalmem } from 'node:os'
import type { CycleFigure } from './cycle.ts'
import type { Measured } from './measure.ts'
import type { MemoryFigures } from './memory.ts'
import type { NeighbourFigures } from './neighbours.ts'
import { PARTS, type Split } from './split.ts'

/** A column of a table: one size of one kind of store. */
export interface Column {
  readonly title: string
  readonly operations: readonly Measured[]
  /** Resident memory of the server at the end, in MiB. */
  readonly memory: number
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const ms = (value: number): string => value.toFixed(3)

/** A Markdown table; all columns but the first are numbers. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(header), row(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n')
}

/** Of each operation one row, of each column what `cell` makes of it. */
export function operationTable(columns: readonly Column[], cell: (measured: Measured) => string): string {
  const names = columns[0]?.operations.map(({ name }) => name) ?? []
  const rows = names.map((name) => [
    name,
    ...columns.map(({ operations }) => {
      const found = operations.find((one) => one.name === name)
      return found === undefined ? '' : cell(found)
    }),
  ])
  return table(['operation', ...columns.map(({ title }) => title)], rows)
}

/** CPU in milliseconds and as a multiple of the floor, with a mark where it misses its target. */
export function cpuCell(floor: number): (measured: Measured) => string {
  return ({ together, alone, target }) => {
    const missed = target !== undefined && together.cpu > target ? ' ✗' : ''
    return `${ms(together.cpu)} (${(together.cpu / floor).toFixed(1)}×)${missed}; ${ms(alone.cpu)}`
  }
}

export const rateCell = ({ together, alone }: Measured): string =>
  `${Math.round(together.rate)}; ${Math.round(alone.rate)}`

export function cycleTable(figures: readonly CycleFigure[]): string {
  const header = ['cycle', 'SCIM requests', 'seconds', 'server CPU, seconds', 'storage requests']
  return table(
    header,
    figures.map(({ name, requests, seconds, cpu, storageRequests }) => [
      name,
      requests.toLocaleString('en'),
      seconds.toFixed(1),
      cpu.toFixed(1),
      storageRequests.toLocaleString('en'),
    ]),
  )
}

export function splitTable(splits: readonly Split[]): string {
  return table(
    ['operation', ...PARTS, 'largest own times'],
    splits.map(({ operation, parts, hottest }) => [
      operation,
      ...PARTS.map((part) => `${Math.round(parts.get(part) ?? 0)} %`),
      hottest
        .slice(0, 3)
        .map(([name, percent]) => `\`${name}\` ${percent.toFixed(1)} %`)
        .join(', '),
    ]),
  )
}

export function memoryTable(users: number, figures: MemoryFigures): string {
  const { idle, provisioned, groupPatch, fullGet } = figures
  const rows: readonly (readonly [string, number])[] = [
    ['after its start', idle],
    [
      `the most while ${users.toLocaleString('en')} users were created, put into a group and listed`,
      provisioned,
    ],
    ['more, after 200 PATCHes of that group', groupPatch],
    ['more, after a full GET of it', fullGet],
  ]
  return table(
    ['resident memory of the Functions process', 'MiB'],
    rows.map(([name, mib]) => [name, mib.toFixed(0)]),
  )
}

export function neighbourTable({ quiet, beside, noise }: NeighbourFigures): string {
  return table(
    ['one tenant', 'p50, ms', 'p99, ms'],
    [
      ['alone', quiet.p50.toFixed(2), quiet.p99.toFixed(2)],
      [`beside ${Math.round(noise)} requests/s`, beside.p50.toFixed(2), beside.p99.toFixed(2)],
    ],
  )
}

export function machine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${cpu?.model ?? 'CPU'}, ${memory} GiB, Node ${process.version}, Linux`
}
