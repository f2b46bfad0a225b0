import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../local/build.ts'
import { startFunctionsHost } from '../../local/functions-host.ts'
import { send } from '../support/function-app/client.ts'

const PROJECT = `${import.meta.dirname}/../..`
const ENTRY = `${import.meta.dirname}/../support/function-app/bundled/index.ts`

describe('a bundled app, far from any node_modules', () => {
  let root: string

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'bundled-app-'))
    await writeFile(join(root, 'package.json'), '{ "type": "module", "main": "dist/index.mjs" }')
    await writeFile(join(root, 'host.json'), '{ "extensions": { "http": { "routePrefix": "" } } }')
    await build({ entry: ENTRY, outdir: join(root, 'dist') })
  })
  afterAll(() => rm(root, { recursive: true }))

  it('registers its functions, though an ES module has no require', async () => {
    const host = await startFunctionsHost({ root, port: 0 })
    try {
      expect(host.problems).toEqual([])
      expect(host.functions.map(({ name }) => name)).toEqual(['later', 'now'])
      expect((await send(host, '/now')).body).toBe('now')
    } finally {
      await host.close()
    }
  })

  it('keeps what is imported on demand in a file of its own, with source maps', async () => {
    const files = await readdir(join(root, 'dist'))

    expect(files).toEqual(expect.arrayContaining(['index.mjs', 'index.mjs.map']))
    expect(files.some((file) => /^later-\w+\.mjs$/.test(file))).toBe(true)
  })

  it('leaves nothing of an earlier build', async () => {
    const outdir = join(root, 'again')
    await build({ entry: ENTRY, outdir })
    await writeFile(join(outdir, 'old.mjs'), '')

    await build({ entry: ENTRY, outdir })

    expect(await readdir(outdir)).not.toContain('old.mjs')
  })

  it('fails to build from an entry that is not there', async () => {
    const outdir = join(root, 'none')

    await expect(build({ entry: join(root, 'missing.ts'), outdir })).rejects.toThrow('Could not resolve')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('is served by the command line until %s', async (signal) => {
    const args = ['local/host.ts', '--port', '0', '--root', root, '--keys', 'key']
    const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
      const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? []

      expect((await send({ port: Number(port) }, '/later')).body).toBe('later')
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })
})
