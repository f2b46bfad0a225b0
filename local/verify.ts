import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readRunFile } from './run-file.ts'

/*
 * npm run verify -- --connector ID: whether every row of a connector has its owner and every owner its rows.
 * --repair mends what is broken; --url and --key name another server than the one of npm start.
 */
const { values: flags } = parseArgs({
  options: {
    connector: { type: 'string' },
    repair: { type: 'boolean', default: false },
    url: { type: 'string' },
    key: { type: 'string' },
    data: { type: 'string', default: '.local' },
  },
})

interface Slice {
  readonly checked: number
  readonly findings: readonly { readonly row: string; readonly problem: string; readonly repaired: boolean }[]
  readonly next?: string
}

const run = readRunFile(resolve(dirname(import.meta.dirname), flags.data))
const connector = flags.connector ?? run?.connector
const url = flags.url ?? run?.url
const key = flags.key ?? run?.functionKey
if (connector === undefined || url === undefined) {
  console.error('Run npm start first, or give --connector, --url and --key.')
  process.exit(1)
}

let checked = 0
let found = 0
let left = 0
for (let from: string | undefined, isFirst = true; isFirst || from !== undefined; isFirst = false) {
  const slice = await verify(
    `${url}/management/organizations/${connector.split('-')[0]}/connectors/${connector}`,
    from,
  )
  checked += slice.checked
  for (const { row, problem, repaired } of slice.findings) {
    found++
    if (!repaired) left++
    console.log(`  ${problem} ${row}${repaired ? ' (repaired)' : ''}`)
  }
  from = slice.next
}
console.log(`${checked} rows checked, ${found} faults found, ${found - left} repaired`)
process.exitCode = left === 0 ? 0 : 1

async function verify(path: string, from: string | undefined): Promise<Slice> {
  const response = await fetch(`${path}/verification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-functions-key': key }) },
    body: JSON.stringify({ repair: flags.repair, ...(from === undefined ? {} : { from }) }),
  })
  const text = await response.text()
  if (response.status !== 200) {
    console.error(`The server answers ${response.status}: ${text}`)
    process.exit(1)
  }
  const slice: Slice = JSON.parse(text)
  return slice
}
