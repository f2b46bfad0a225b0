import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/*
 * The arrows of the house: who may import whom. A folder that is not listed may import nothing. No tool that knows
 * TypeScript 7 does this, and one that does not is green on nothing.
 */
interface Layer {
  readonly folders: readonly string[]
  readonly packages?: readonly string[]
  /** Folders of which it may know the types, and nothing that runs. */
  readonly types?: readonly string[]
}

const LAYERS: Readonly<Record<string, Layer>> = {
  functions: {
    folders: [
      'functions',
      'runtime',
      'http',
      'portal',
      'connectors',
      'scim',
      'oidc',
      'provider',
      'activity',
      'session',
      'kernel',
    ],
    packages: ['@azure/functions'],
  },
  runtime: {
    folders: ['connectors', 'scim', 'oidc', 'provider', 'session', 'activity', 'storage', 'kernel'],
  },
  http: {
    folders: ['http', 'connectors', 'scim', 'session', 'activity', 'kernel'],
    packages: ['@azure/functions'],
  },
  portal: {
    folders: ['portal', 'kernel'],
    types: ['connectors', 'scim', 'oidc', 'provider', 'activity', 'session'],
    packages: ['preact', 'preact-render-to-string'],
  },
  connectors: { folders: ['connectors', 'activity', 'storage', 'kernel'], packages: ['jose'] },
  oidc: {
    folders: ['oidc', 'connectors', 'provider', 'session', 'activity', 'storage', 'kernel'],
    packages: ['jose'],
  },
  provider: { folders: ['provider', 'session', 'activity', 'storage', 'kernel'], packages: ['jose'] },
  session: { folders: ['session', 'storage', 'kernel'], packages: ['jose'] },
  scim: { folders: ['scim', 'activity', 'storage', 'kernel'], packages: ['scimmy'] },
  activity: { folders: ['activity', 'storage', 'kernel'] },
  storage: {
    folders: ['storage', 'kernel'],
    packages: ['@azure/data-tables', '@azure/identity', '@azure/core-rest-pipeline', 'jose'],
  },
  kernel: { folders: ['kernel'] },
  local: { folders: ['local'], packages: ['esbuild', 'azurite', 'oidc-provider', 'jose'] },
}

/** Packages that one file alone may import. */
const SOLE_IMPORTERS: Readonly<Record<string, string>> = { scimmy: 'shared/scim/schema/definitions.ts' }

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

const root = join(import.meta.dirname, '../..')
const files = globSync('{functions,shared,local}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
)
const imports = files.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?<kind>type\s)?[^'"`;]*?\sfrom\s+'(?<path>[^']+)'|(?:^|\n)import\s+'(?<bare>[^']+)'|\bimport\('(?<lazy>[^']+)'\)/g,
  )
  return [...found].map(({ groups = {} }) => {
    const path = groups['path'] ?? groups['bare'] ?? groups['lazy'] ?? ''
    const to = path.startsWith('.') ? normalize(join(dirname(file), path)).replaceAll('\\', '/') : path
    return { from: file, to, isType: groups['kind'] !== undefined }
  })
}

/** The layer of a file of ours; `undefined` for packages and Node's own modules. */
function layerOf(path: string): string | undefined {
  if (path === 'shared/runtime.ts') return 'runtime'
  const [first = '', second = ''] = path.split('/')
  if (first === 'shared') return second
  return first === 'functions' || first === 'local' || first === 'tests' ? first : undefined
}

function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}

function fault(item: Import): string | undefined {
  const { from, to } = item
  if (to.startsWith('node:')) return undefined
  const sole = SOLE_IMPORTERS[packageOf(to)]
  return isAllowed(item) && (sole === undefined || sole === from) ? undefined : `${from} -> ${to}`
}

function isAllowed({ from, to, isType }: Import): boolean {
  const layer = LAYERS[layerOf(from) ?? '']
  const target = layerOf(to)
  if (layer === undefined) return false
  if (target === undefined) return layer.packages?.includes(packageOf(to)) === true
  return layer.folders.includes(target) || (isType && layer.types?.includes(target) === true)
}

/** Files that reach themselves, type-only imports left out: those vanish when types are stripped. */
function cycles(): string[] {
  const next = new Map(
    files.map((file) => [
      file,
      imports.filter((item) => item.from === file && !item.isType).map((item) => item.to),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'open') found.push([...path, file].join(' -> '))
    if (state.has(file)) return
    state.set(file, 'open')
    for (const to of next.get(file) ?? []) visit(to, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  return found
}

describe('the house', () => {
  it('is read: the test below is not green on nothing', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.filter(({ to }) => layerOf(to) !== undefined).length).toBeGreaterThan(100)
    expect(imports).toContainEqual({ from: 'functions/index.ts', to: 'functions/scim.ts', isType: false })
    expect(
      imports.some(
        ({ from, to }) => from === 'shared/storage/azure-client.ts' && to === '@azure/data-tables',
      ),
    ).toBe(true)
  })

  it('has no import against its arrows', () => {
    expect(imports.map(fault).filter((item) => item !== undefined)).toEqual([])
  })

  it('has no import cycle', () => {
    expect(cycles()).toEqual([])
  })

  it('imports the composition root from functions only', () => {
    expect(
      imports.filter(({ from, to }) => to === 'shared/runtime.ts' && !from.startsWith('functions/')),
    ).toEqual([])
  })
})
