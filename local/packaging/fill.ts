import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from '../build.ts'
import { readJsonFile } from '../functions-host/json-file.ts'
import { zip } from './zip.ts'

const PROJECT = dirname(dirname(import.meta.dirname))

/** Fills a folder with what azd and func ship: host.json, a package.json without dependencies, the bundle. It is emptied first. */
export async function fillPackage(folder: string): Promise<void> {
  await build({ outdir: folder, smallMaps: true })
  await copyFile(join(PROJECT, 'host.json'), join(folder, 'host.json'))
  const { name, version, engines } = readJsonFile(join(PROJECT, 'package.json')) ?? {}
  const description = { name, version, private: true, type: 'module', main: 'index.mjs', engines }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(description, undefined, 2)}\n`)
}

/** The folder as a zip archive. */
export async function zipFolder(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).toSorted()
  return zip(
    await Promise.all(names.map(async (name) => ({ name, content: await readFile(join(folder, name)) }))),
  )
}
