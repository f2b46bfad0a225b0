import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { findBicep, type Bicep } from '../../local/infra/bicep.ts'
import { diagnostics, staleSnapshots, unformatted } from '../../local/infra/findings.ts'
import { PROJECT } from './snapshot.ts'

const INFRA = join(PROJECT, 'infra')
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-compiler-'))
afterAll(() => rmSync(scratch, { recursive: true }))

// Nothing is fetched by a test: npm run check:infra does that.
const bicep = findBicep({ infra: INFRA, restore: false })
const why =
  'no Bicep on this machine (npm run check:infra fetches one where .NET is installed); the snapshots are tested all the same'

interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A copy of the templates, and of one scenario, in which something is changed. */
function spoiled(...changes: readonly Change[]): string {
  const copy = mkdtempSync(join(scratch, 'infra-'))
  cpSync(INFRA, copy, {
    recursive: true,
    filter: (path) => !/snapshots.(front|private|zone)/.test(path),
  })
  for (const { file, from, to } of changes) {
    const text = readFileSync(join(copy, file), 'utf8')
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
    writeFileSync(join(copy, file), text.replace(from, to))
  }
  return copy
}

describe('the check of the templates', { timeout: 120_000 }, () => {
  let compiler: Bicep
  beforeEach(({ skip }) => {
    if (bicep === undefined) skip(why)
    else compiler = bicep
  })

  it('has nothing to say of the templates as they are', () => {
    expect([...diagnostics(compiler, INFRA), ...unformatted(compiler, INFRA)]).toEqual([])
  })

  it('sees misspelt properties, wrong types, unused parameters and keys that are put out', () => {
    const infra = spoiled(
      { file: 'modules/data-storage.bicep', from: 'allowSharedKeyAccess', to: 'alowSharedKeyAccess' },
      { file: 'modules/vault.bicep', from: 'keySize: 3072', to: "keySize: '3072'" },
      { file: 'main.bicep', from: '\nvar allTags', to: "\nparam spare string = ''\n\nvar allTags" },
      {
        file: 'modules/identity.bicep',
        from: 'resource identity',
        to: "output k string = listKeys(resourceId('Microsoft.Storage/storageAccounts', 'x'), '2025-08-01').keys[0].value\n\nresource identity",
      },
    )
    const said = diagnostics(compiler, infra).join('\n')

    expect(said).toMatch(/data-storage\.bicep.*alowSharedKeyAccess/)
    expect(said).toMatch(/vault\.bicep.*(BCP033|BCP036)/)
    expect(said).toMatch(/main\.bicep.*no-unused-params/)
    expect(said).toMatch(/identity\.bicep.*outputs-should-not-contain-secrets/)
  })

  it('sees a file that is not formatted, and leaves it as it is', () => {
    const infra = spoiled(
      { file: 'modules/vault.bicep', from: "kty: 'RSA'", to: "kty:   'RSA'" },
      { file: 'main.bicepparam', from: 'param location =', to: 'param   location =' },
    )

    expect(unformatted(compiler, infra)).toEqual([
      expect.stringContaining('main.bicepparam'),
      expect.stringContaining('modules/vault.bicep'),
    ])
    expect(readFileSync(join(infra, 'modules/vault.bicep'), 'utf8')).toContain("kty:   'RSA'")
  })

  it('sees a change of the templates that the snapshot does not show', () => {
    const infra = spoiled({ file: 'modules/vault.bicep', from: 'keySize: 3072', to: 'keySize: 4096' })

    expect(staleSnapshots(compiler, infra, 'validate')).toEqual([
      expect.stringMatching(/keySize.*3072.*4096/),
    ])
  })

  it('sees a snapshot that somebody has edited', () => {
    const infra = spoiled({
      file: 'snapshots/minimal.snapshot.json',
      from: '"allowSharedKeyAccess": false',
      to: '"allowSharedKeyAccess": true',
    })

    expect(staleSnapshots(compiler, infra, 'validate')).toEqual([
      expect.stringMatching(/^snapshots\/minimal.*allowSharedKeyAccess/s),
    ])
  })
})

describe('the compiler', () => {
  it('is pinned to one version', () => {
    expect(readFileSync(join(INFRA, 'bicep.csproj'), 'utf8')).toMatch(/Version="\[\d+\.\d+\.\d+\]"/)
  })

  it('is none where none is installed, and nothing is fetched unasked', () => {
    const path = process.env['PATH']
    const { HOME, NUGET_PACKAGES } = process.env
    Object.assign(process.env, { PATH: scratch, HOME: scratch, NUGET_PACKAGES: scratch })
    try {
      expect(findBicep({ infra: INFRA, restore: false })).toBeUndefined()
      expect(findBicep({ infra: INFRA, restore: true })).toBeUndefined()
    } finally {
      for (const [name, value] of Object.entries({ PATH: path, HOME, NUGET_PACKAGES }))
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
    }
  })
})
