import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

const PROJECT = dirname(dirname(import.meta.dirname))
/** Inside the project, so that the libraries are found from there. */
const UNBUNDLED = join(PROJECT, 'node_modules/.cache/gatehouse-unbundled')

export interface LoadTimes {
  /** Medians, in milliseconds. */
  readonly bundled: number
  readonly unbundled: number
}

/** How long a fresh process takes to load the app, as bundled in a folder and file by file, turn by turn. */
export async function measureLoad(folder: string, rounds: number): Promise<LoadTimes> {
  await compile()
  const entries = { bundled: join(folder, 'index.mjs'), unbundled: join(UNBUNDLED, 'functions/index.mjs') }
  const times = { bundled: [] as number[], unbundled: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.bundled.push(loadOnce(entries.bundled))
    times.unbundled.push(loadOnce(entries.unbundled))
  }
  await rm(UNBUNDLED, { recursive: true })
  return { bundled: median(times.bundled), unbundled: median(times.unbundled) }
}

const fileByFile: Plugin = {
  name: 'file-by-file',
  setup(building) {
    building.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.tsx?$/, '.mjs'), external: true },
    )
  },
}

/** What a compiler makes of the sources: a file for each file, and the libraries where npm has put them. */
async function compile(): Promise<void> {
  const sources = globSync('{functions,shared}/**/*.{ts,tsx}', { cwd: PROJECT })
  await rm(UNBUNDLED, { recursive: true, force: true })
  await build({
    absWorkingDir: PROJECT,
    entryPoints: sources,
    outdir: UNBUNDLED,
    outbase: PROJECT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    plugins: [fileByFile],
    format: 'esm',
    platform: 'node',
    target: 'node24',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  })
}

/** Outside a Functions host the library says once for each function that nothing is registered: not part of the load. */
const SCRIPT = `
console.warn = () => {}
const started = performance.now()
await import(process.argv[1])
process.stdout.write(String(performance.now() - started))`

function loadOnce(entry: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT, pathToFileURL(entry).href],
    { encoding: 'utf8' },
  )
  const time = Number.parseFloat(stdout)
  if (Number.isNaN(time)) throw new Error(`${entry} does not load: ${stderr}`)
  return time
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0
}
