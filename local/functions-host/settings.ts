import { join } from 'node:path'
import { readJsonFile, stringMembers } from './json-file.ts'

/** Kestrel's default, 100 MiB, which the real host keeps unless the setting says otherwise. */
const DEFAULT_BODY_LIMIT_BYTES = 104_857_600

/** What the host itself, and not the app, reads from the settings. */
export type HostSettings = { readonly bodyLimitBytes: number; readonly hasHomePage: boolean }

/**
 * Puts settings into the environment, where an app in Azure finds them too, and returns the way back.
 * `Values` of local.settings.json give way to what the environment already has, as with Core Tools;
 * `settings` win over both.
 */
export function applySettings(root: string, settings: Readonly<Record<string, string>>): () => void {
  const file = readJsonFile(join(root, 'local.settings.json'))
  const fromFile = stringMembers(file?.Values).filter(([name]) => process.env[name] === undefined)
  const values = Object.entries({ ...Object.fromEntries(fromFile), ...settings })
  const before = values.map(([name]) => [name, process.env[name]] as const)
  for (const [name, value] of values) process.env[name] = value
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** Reads the settings that Azure's host obeys. Fails on a body limit that is no whole number. */
export function readHostSettings(environment: NodeJS.ProcessEnv): HostSettings {
  const limit = environment.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? String(DEFAULT_BODY_LIMIT_BYTES)
  if (!/^\d+$/.test(limit)) throw new Error('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT has to be a number of bytes')
  return {
    bodyLimitBytes: Number(limit),
    hasHomePage: environment.AzureWebJobsDisableHomepage?.toLowerCase() !== 'true',
  }
}
