import { SourceMap } from 'node:module'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, matchesGlob, relative, resolve } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFunctionsHost, type FunctionsHost } from '../../local/functions-host.ts'
import { fillPackage, zipFolder } from '../../local/packaging/fill.ts'
import { measureLoad } from '../../local/packaging/load-time.ts'
import { PROJECT } from './snapshot.ts'

const MOST_BYTES = 500_000
const SETTINGS = {
  GATEHOUSE_MODE: 'development',
  PUBLIC_BASE_URL: 'https://gatehouse.example',
  TABLES_ACCOUNTS: 'main=memory',
}

let folder: string
let archive: Buffer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-package-'))
  await fillPackage(folder)
  archive = await zipFolder(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const read = (path: string): Promise<string> => readFile(join(PROJECT, path), 'utf8')

const registration = ({ name, route, authLevel, trigger }: FunctionsHost['functions'][number]): unknown[] => [
  name,
  route,
  authLevel,
  trigger,
]

/** What the directory at the end of a zip archive lists, with what is stored under each name. */
function unzip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26)
    const content = inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)))
    if (crc32(content) !== zip.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`)
    files.set(name, content)
    at += 46 + nameLength
  }
  return files
}

/** Where `needle` stands in the bundle, as the map tells it. */
async function originOf(needle: string): Promise<{ file: string; text: string }> {
  const code = await readFile(join(folder, 'index.mjs'), 'utf8')
  const before = code.slice(0, code.indexOf(needle)).split('\n')
  const map = new SourceMap(JSON.parse(await readFile(join(folder, 'index.mjs.map'), 'utf8')))
  const entry = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0)
  if (!('originalSource' in entry)) throw new Error(`${needle} is nowhere`)
  const file = resolve(folder, entry.originalSource)
  const text = (await readFile(file, 'utf8')).split('\n')[entry.originalLine] ?? ''
  return { file: relative(PROJECT, file).replaceAll('\\', '/'), text }
}

describe('the package', () => {
  it('has the bundle with its maps, host.json and package.json, and nothing else', async () => {
    const files = await readdir(folder)

    expect(files).toEqual(expect.arrayContaining(['host.json', 'index.mjs', 'index.mjs.map', 'package.json']))
    expect(files.filter((name) => !/^(host|package)\.json$|\.mjs(\.map)?$/.test(name))).toEqual([])
  })

  it('asks Azure to install nothing', async () => {
    const description: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))

    expect(description).toMatchObject({ type: 'module', main: 'index.mjs' })
    expect(Object.keys(Object(description)).filter((name) => /depend|script/i.test(name))).toEqual([])
  })

  it('has the settings of the host that everything is tested with', async () => {
    expect(await readFile(join(folder, 'host.json'), 'utf8')).toBe(await read('host.json'))
  })

  it('registers the same functions as the bundle that is tested, and answers', async () => {
    const shipped = await startFunctionsHost({ root: folder, port: 0, settings: SETTINGS })
    const tested = await startFunctionsHost({ root: PROJECT, port: 0, settings: SETTINGS })
    try {
      expect(shipped.problems).toEqual([])
      expect(shipped.functions.map(registration)).toEqual(tested.functions.map(registration))
      expect(shipped.functions.length).toBeGreaterThan(30)
      expect((await fetch(`${shipped.url}/health`)).status).toBe(200)
    } finally {
      await shipped.close()
      await tested.close()
    }
  })

  it('loads the identity library where a managed identity is used, not at the start', async () => {
    const atStart = new Set<string>()
    const follow = async (file: string): Promise<void> => {
      if (atStart.has(file)) return
      atStart.add(file)
      const code = await readFile(join(folder, file), 'utf8')
      for (const [, next = ''] of code.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.mjs)"/g)) await follow(next)
    }
    await follow('index.mjs')
    const identity = (await readdir(folder)).filter((name) => /^managed-identity.*\.mjs$/.test(name))

    expect(identity).toHaveLength(1)
    for (const file of atStart)
      expect(await readFile(join(folder, file), 'utf8')).not.toContain('ManagedIdentityApp')
    expect(await readFile(join(folder, 'index.mjs'), 'utf8')).toContain(`import("./${identity[0]}")`)
  })

  it('has maps of our own code, without the code itself', async () => {
    const map: unknown = JSON.parse(await readFile(join(folder, 'index.mjs.map'), 'utf8'))
    const { sources, sourcesContent } = map as { sources: string[]; sourcesContent?: unknown }

    expect(sources.some((source) => source.endsWith('shared/runtime.ts'))).toBe(true)
    expect(sources.filter((source) => /node_modules.*\.[cm]?js$/.test(source))).toEqual([])
    expect(sourcesContent).toBeUndefined()
  })
})

describe('a map of the package', () => {
  it.each([
    ['give at least one account, such as', 'shared/kernel/settings.ts'],
    ['must be an origin without path', 'shared/kernel/settings.ts'],
    ['wrapkey', 'shared/storage/key-wrapper.ts'],
    ['0 17 * * * *', 'functions/maintenance.ts'],
  ])('leads from %j to its line in %s', async (needle, file) => {
    const origin = await originOf(needle)

    expect(origin.file).toBe(file)
    expect(origin.text).toContain(needle)
  })
})

describe('the archive', () => {
  it('holds every file of the folder, byte by byte', async () => {
    const files = unzip(archive)

    expect([...files.keys()]).toEqual((await readdir(folder)).toSorted((a, b) => (a < b ? -1 : 1)))
    for (const [name, content] of files) expect(content.equals(await readFile(join(folder, name)))).toBe(true)
  })

  it(`has at most ${MOST_BYTES} bytes`, () => {
    expect(archive.length).toBeLessThanOrEqual(MOST_BYTES)
  })

  it('is the same when it is made again', async () => {
    expect((await zipFolder(folder)).equals(archive)).toBe(true)
  })
})

it('the bundle loads faster than its files one by one', { timeout: 60_000 }, async () => {
  const { bundled, unbundled } = await measureLoad(folder, 3)

  expect(bundled).toBeLessThan(unbundled)
})

describe('azd', () => {
  it('ships the folder that npm run package fills, and builds nothing in Azure', async () => {
    const yaml = await read('azure.yaml')

    expect(yaml).toMatch(/^ {4}project: \.$/m)
    expect(yaml).toMatch(/^ {4}host: function$/m)
    expect(yaml).toMatch(/^ {4}dist: package$/m)
    expect(yaml).toMatch(/^ {4}remoteBuild: false$/m)
    expect(yaml.match(/run: npm ci && npm run package$/gm)).toHaveLength(2)
    expect(await read('local/package.ts')).toContain("join(root, 'package')")
  })

  it('finds the app that the template makes by its tag', async () => {
    expect(await read('azure.yaml')).toMatch(/^ {2}api:$/m)
    expect(await read('infra/modules/app.bicep')).toContain("'azd-service-name': 'api'")
  })

  it('leaves out nothing of the folder, and does not take it for one to build', async () => {
    const patterns = (await read('.funcignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    const isIgnored = (name: string): boolean => patterns.some((pattern) => matchesGlob(name, pattern))

    expect((await readdir(folder)).filter(isIgnored)).toEqual([])
    expect(isIgnored('node_modules') || isIgnored('node_modules/')).toBe(false)
    expect(isIgnored('local.settings.json')).toBe(true)
  })
})
