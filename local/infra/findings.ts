import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runBicep, type Bicep } from './bicep.ts'

/** Ids that a snapshot is made for; names in it derive from them. */
const SNAPSHOT_OF = [
  ['--subscription-id', '00000000-0000-0000-0000-000000000001'],
  ['--tenant-id', '00000000-0000-0000-0000-000000000002'],
  ['--location', 'westeurope'],
  ['--deployment-name', 'gatehouse'],
].flat()

/**
 * What the compiler says of the parameters, of main.bicep, which they use, and of its modules. Any word is a finding, as
 * the exit code forgives warnings.
 */
export function diagnostics(bicep: Bicep, infra: string): readonly string[] {
  const { code, stdout, stderr } = runBicep(bicep, ['lint', join(infra, 'main.bicepparam')])
  const lines = linesOf(`${stdout}\n${stderr}`).filter((line) => !/\bA new Bicep release\b/.test(line))
  return code !== 0 && lines.length === 0 ? [`the compiler ended with ${code}`] : lines
}

/** The files that are not laid out as the compiler would. They are left as they are. */
export function unformatted(bicep: Bicep, infra: string): readonly string[] {
  const copy = mkdtempSync(join(tmpdir(), 'gatehouse-infra-'))
  try {
    cpSync(infra, copy, { recursive: true })
    const { code, stderr } = runBicep(bicep, ['format', '--pattern', join(copy, '**/*.bicep*')])
    if (code !== 0) return [`format: ${linesOf(stderr).join(' ')}`]
    return globSync('**/*.{bicep,bicepparam}', { cwd: infra })
      .toSorted()
      .filter((file) => read(infra, file) !== read(copy, file))
      .map((file) => `${file}: is not formatted (bicep format ${file})`)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Scenarios whose committed snapshot is not what the templates would deploy; `overwrite` writes it anew instead. */
export function staleSnapshots(
  bicep: Bicep,
  infra: string,
  mode: 'validate' | 'overwrite',
): readonly string[] {
  return globSync('snapshots/*.bicepparam', { cwd: infra })
    .toSorted()
    .flatMap((file) => {
      const { code, stdout, stderr } = runBicep(bicep, [
        'snapshot',
        join(infra, file),
        '--mode',
        mode,
        ...SNAPSHOT_OF,
      ])
      if (code === 0) return []
      return [`${file}: ${linesOf(`${stderr}\n${stdout}`).join('\n  ')}`]
    })
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

function linesOf(text: string): readonly string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
}
