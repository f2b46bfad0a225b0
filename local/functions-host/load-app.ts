import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Registrations } from './core-api.ts'
import { readJsonFile } from './json-file.ts'
import { collectRegistrations } from './registrations.ts'

const importedBefore = new Map<string, number>()

/** ES modules run once per URL, so a further host of the same app imports the file under a URL of its own. */
function importAddress(file: string): string {
  const times = importedBefore.get(file) ?? 0
  importedBefore.set(file, times + 1)
  const { href } = pathToFileURL(file)
  return times === 0 ? href : `${href}?start=${times}`
}

/**
 * Imports the files that `main` of package.json names (a path or a glob) and returns what they registered.
 * Fails where `main` matches no file, where a file throws, and where the app switches HTTP streaming on,
 * which this host does not play.
 */
export async function loadApp(root: string): Promise<Registrations> {
  const main = readJsonFile(join(root, 'package.json'))?.main
  if (typeof main !== 'string') throw new Error(`package.json in ${root} has no "main"`)
  const files = globSync(main, { cwd: root }).toSorted()
  if (files.length === 0) throw new Error(`"main": "${main}" matches no file in ${root}: build the app first`)
  const registrations = await collectRegistrations(async () => {
    for (const file of files) await import(importAddress(resolve(root, file)))
  })
  for (const callback of registrations.hooks.appStart) {
    await callback({ hookData: {}, appHookData: {}, functionAppDirectory: root })
  }
  const capabilities = await registrations.model?.getCapabilities({})
  if (capabilities?.HttpUri) throw new Error('The app enables HTTP streaming, which this host does not offer')
  return registrations
}
