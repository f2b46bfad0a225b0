/** One line that a function or the host logs. */
type HostLogLine = {
  readonly level: string
  /** `user` for what a function logs, `system` for the library, `host` for this host. */
  readonly category: string
  readonly functionName?: string
  readonly message: string
}

export type HostLog = (line: HostLogLine) => void

/** Stack and causes of whatever was thrown, for the log only. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
