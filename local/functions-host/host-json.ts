import { join } from 'node:path'
import { isRecord, readJsonFile, stringMembers } from './json-file.ts'

/** The part of host.json that this host obeys. */
export type HostJson = {
  readonly routePrefix: string
  /** Added to every answer that has no such header of its own. */
  readonly customHeaders: readonly CustomHeader[]
}

export type CustomHeader = { readonly name: string; readonly lowerName: string; readonly value: string }

/** Reads `extensions.http` of host.json; Azure's default route prefix is `api`. Fails where the file is missing. */
export function readHostJson(root: string): HostJson {
  const file = readJsonFile(join(root, 'host.json'))
  if (!file) throw new Error(`There is no host.json in ${root}`)
  const extensions = isRecord(file.extensions) ? file.extensions : {}
  const http = isRecord(extensions.http) ? extensions.http : {}
  return {
    routePrefix: (typeof http.routePrefix === 'string' ? http.routePrefix : 'api').replaceAll(
      /^\/+|\/+$/g,
      '',
    ),
    customHeaders: stringMembers(http.customHeaders).map(([name, value]) => ({
      name,
      lowerName: name.toLowerCase(),
      value,
    })),
  }
}
