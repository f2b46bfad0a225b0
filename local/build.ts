import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build as bundle, type Plugin } from 'esbuild'

const PROJECT = dirname(import.meta.dirname)

/**
 * An ES module has no `require`, and @azure/functions finds its worker by one: without this line the library takes
 * itself for a unit test and registers nothing, and Azure starts an app of no functions without a complaint.
 */
const BANNER = "import{createRequire as cr}from'node:module';const require=cr(import.meta.url);"

/** Maps a library's first token and nothing else: real maps of all libraries would be larger than the whole app. */
const SHORT_MAP = { version: 3, sources: ['library'], mappings: 'AAAA' }
const SHORT_MAP_URL = `data:application/json;base64,${Buffer.from(JSON.stringify(SHORT_MAP)).toString('base64')}`

const mapsOfOurOwn: Plugin = {
  name: 'maps-of-our-own',
  setup(building) {
    building.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=${SHORT_MAP_URL}`,
      loader: 'js',
    }))
  },
}

export type BuildOptions = {
  /** The file that imports every function. */
  readonly entry?: string
  /** Emptied first. */
  readonly outdir?: string
  /** Maps of our own code, without the code: for what is deployed. Else of everything, for debuggers. */
  readonly smallMaps?: boolean
}

/**
 * Bundles the app into what is deployed: `index.mjs` and the chunks that it imports on demand, with source maps.
 * Identifiers stay as written, so that stack traces can be read without the maps. Fails on anything that esbuild
 * cannot resolve.
 */
export async function build(options: BuildOptions = {}): Promise<void> {
  const outdir = options.outdir ?? join(PROJECT, 'dist')
  await rm(outdir, { recursive: true, force: true })
  await bundle({
    absWorkingDir: PROJECT,
    entryPoints: [{ in: options.entry ?? join(PROJECT, 'functions/index.ts'), out: 'index' }],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['@azure/functions-core'],
    banner: { js: BANNER },
    sourcemap: true,
    sourcesContent: options.smallMaps !== true,
    plugins: options.smallMaps === true ? [mapsOfOurOwn] : [],
    minifySyntax: true,
    minifyWhitespace: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  })
}

if (import.meta.main) await build()
