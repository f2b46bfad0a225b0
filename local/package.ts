import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillPackage, zipFolder } from './packaging/fill.ts'
import { measureLoad } from './packaging/load-time.ts'

/*
 * npm run package: fills package/, the folder that azd and func ship, and makes package.zip of it. --measure also loads
 * the app, bundled and unbundled in turns, and fails where it is larger or slower than it may be; --rounds 21 says how
 * often.
 */
const { values: flags } = parseArgs({
  options: { measure: { type: 'boolean', default: false }, rounds: { type: 'string', default: '21' } },
})

const MOST_BYTES = 500_000
const MOST_MS = 150

const root = dirname(import.meta.dirname)
const folder = join(root, 'package')
await fillPackage(folder)
const archive = await zipFolder(folder)
await writeFile(join(root, 'package.zip'), archive)
console.log(`package.zip: ${archive.length} bytes (at most ${MOST_BYTES})`)
if (flags.measure) {
  const { bundled, unbundled } = await measureLoad(folder, Number(flags.rounds))
  console.log(
    `load: ${bundled.toFixed(0)} ms bundled (at most ${MOST_MS}), ${unbundled.toFixed(0)} ms unbundled`,
  )
  if (archive.length > MOST_BYTES || bundled > MOST_MS) process.exitCode = 1
}
