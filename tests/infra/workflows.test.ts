import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT } from './snapshot.ts'

const FOLDER = join(PROJECT, '.github/workflows')
const FILES = globSync('*.yml', { cwd: FOLDER }).toSorted()

const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')
const matches = (file: string, pattern: RegExp): string[] =>
  [...read(file).matchAll(pattern)].map(([text]) => text)

it('there is a workflow to check, to preview, to release and to deploy', () => {
  expect(FILES).toEqual(['check.yml', 'deploy.yml', 'release.yml', 'what-if.yml'])
})

describe.each(FILES)('the workflow %s', (file) => {
  it('may do nothing but what each of its jobs names', () => {
    expect(matches(file, /^permissions: \{\}$/gm)).toHaveLength(1)
    expect(matches(file, /^ {4}permissions:$/gm)).toHaveLength(matches(file, /^ {4}runs-on:/gm).length)
  })

  it('runs the actions that were looked at, by their hash, with the version beside it', () => {
    const actions = matches(file, /uses: .*$/gm)

    expect(actions.filter((use) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([])
    expect(actions.length).toBeGreaterThan(0)
  })

  it('takes one hash for one action everywhere', () => {
    const hashes = new Map<string, Set<string>>()
    for (const [, action = '', hash = ''] of FILES.flatMap((other) => [
      ...read(other).matchAll(/uses: (\S+)@(\S+)/g),
    ]))
      hashes.set(action, (hashes.get(action) ?? new Set()).add(hash))

    expect([...hashes.values()].filter(({ size }) => size > 1)).toEqual([])
  })

  it('leaves no token in the checkout', () => {
    expect(matches(file, /persist-credentials: false/g)).toHaveLength(
      matches(file, /uses: actions\/checkout@/g).length,
    )
  })

  it('stores no secret: Azure is signed in to by federation', () => {
    expect(matches(file, /secrets\.|creds:|client-secret/g)).toEqual([])
    expect(matches(file, /id-token: write/g).length).toBeGreaterThanOrEqual(
      matches(file, /azure\/login/g).length,
    )
  })

  it('puts nothing that somebody else wrote into a command line', () => {
    expect(matches(file, /run: .*\$\{\{.*$/gm)).toEqual([])
  })

  it('ends by itself', () => {
    expect(matches(file, /^ {4}timeout-minutes: \d+$/gm)).toHaveLength(
      matches(file, /^ {4}runs-on:/gm).length,
    )
  })
})

it('a release has a proof of its origin and a bill of materials, and is published only with the proof', () => {
  expect(read('release.yml')).toMatch(/attest-build-provenance@[^]*package\.zip[^]*sbom\.cdx\.json/)
  expect(read('release.yml')).toContain('npm sbom')
  expect(read('deploy.yml')).toMatch(/gh attestation verify package\.zip[^]*config-zip/)
})
