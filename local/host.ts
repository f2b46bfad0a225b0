import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startFunctionsHost } from './functions-host.ts'
import { createLineWriter } from './line-writer.ts'

// node local/host.ts --port 7071 [--keys KEY] [--root DIR]: serves a built app until SIGINT or SIGTERM.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7071' },
    keys: { type: 'string' },
    root: { type: 'string', default: dirname(import.meta.dirname) },
  },
})

const printLine = createLineWriter((text) => process.stdout.write(text))

const host = await startFunctionsHost({
  root: resolve(values.root),
  port: Number(values.port),
  ...(values.keys !== undefined && { functionKey: values.keys }),
  log: ({ level, functionName, message }) => {
    if (level === 'error' || level === 'warning') console.error(`${functionName ?? 'host'}: ${message}`)
    else if (level !== 'debug' && level !== 'trace') printLine(message)
  },
})
for (const problem of host.problems) console.error(problem)
console.log(`listening on ${host.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void host.close().then(() => process.exit(0))
  })
}
