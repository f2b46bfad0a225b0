import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface EntraApplication {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/** What `npm start` leaves for `npm run cycle` and for people: addresses and secrets of this machine's demo. */
export interface RunFile {
  readonly url: string
  readonly functionKey?: string | undefined
  /** Encrypts client secrets, cookies and signing keys in the data directory. */
  readonly developmentKey?: string | undefined
  /** Where people sign in to the portal. */
  readonly signIn?: string | undefined
  readonly organization?: string | undefined
  readonly connector?: string | undefined
  readonly scim?: { readonly url: string; readonly userName: string; readonly password: string } | undefined
  /** The application that the connector is in the local Entra tenant. */
  readonly entra?: EntraApplication | undefined
}

const path = (directory: string): string => join(directory, 'run.json')

/** `undefined` where nothing was started yet, or the file cannot be read. */
export function readRunFile(directory: string): RunFile | undefined {
  try {
    const value: RunFile = JSON.parse(readFileSync(path(directory), 'utf8'))
    return value
  } catch {
    return undefined
  }
}

/** For its owner only: it holds secrets. */
export function writeRunFile(directory: string, content: RunFile): void {
  writeFileSync(path(directory), `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
}
