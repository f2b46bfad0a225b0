import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from '../build.ts'
import { readJsonFile } from '../functions-host/json-file.ts'
import { toLineMap } from './line-map.ts'
import { zip } from './zip.ts'

const PROJECT = dirname(dirname(import.meta.dirname))

/** Fills a folder with what azd and func ship: host.json, a package.json without dependencies, the bundle. It is emptied first. */
export async function fillPackage(folder: string): Promise<void> {
  await build({ outdir: folder, smallMaps: true })
  for (const file of await readdir(folder)) {
    if (file.endsWith('.map')) await shorten(join(folder, file))
  }
  await copyFile(join(PROJECT, 'host.json'), join(folder, 'host.json'))
  const { name, version, engines } = readJsonFile(join(PROJECT, 'package.json')) ?? {}
  const description = { name, version, private: true, type: 'module', main: 'index.mjs', engines }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(description, undefined, 2)}\n`)
}

async function shorten(file: string): Promise<void> {
  const map = readJsonFile(file) ?? {}
  const { version, sources, mappings } = map
  if (typeof version !== 'number' || !Array.isArray(sources) || typeof mappings !== 'string')
    throw new Error(`${file} is no source map`)
  await writeFile(file, JSON.stringify(toLineMap({ version, sources: sources.map(String), mappings })))
}

/** The folder as a zip archive. */
export async function zipFolder(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).toSorted()
  return zip(
    await Promise.all(names.map(async (name) => ({ name, content: await readFile(join(folder, name)) }))),
  )
}
