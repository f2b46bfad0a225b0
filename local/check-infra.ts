import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { findBicep } from './infra/bicep.ts'
import { diagnostics, staleSnapshots, unformatted } from './infra/findings.ts'

/*
 * npm run check:infra: whether the templates compile without a word, are formatted, and still deploy what the committed
 * snapshots say. --write makes the snapshots anew. What the snapshots have to be like is tested in tests/infra/, which
 * needs no compiler.
 */
const { values: flags } = parseArgs({ options: { write: { type: 'boolean', default: false } } })

const infra = join(dirname(import.meta.dirname), 'infra')
const bicep = findBicep({ infra, restore: true })
if (bicep === undefined) {
  console.log(
    'check:infra: no Bicep on the path, none in the Azure CLI, and no .NET to fetch one with.\n' +
      'Skipped: diagnostics, format and whether the snapshots are current. Not skipped: npm test holds the\n' +
      'committed snapshots against the policies.',
  )
} else {
  const findings = [
    ...diagnostics(bicep, infra),
    ...unformatted(bicep, infra),
    ...staleSnapshots(bicep, infra, flags.write ? 'overwrite' : 'validate'),
  ]
  for (const finding of findings) console.log(finding)
  console.log(
    findings.length === 0
      ? `check:infra: nothing to find (Bicep ${bicep.version})`
      : `check:infra: ${findings.length} findings (Bicep ${bicep.version})`,
  )
  process.exitCode = findings.length === 0 ? 0 : 1
}
