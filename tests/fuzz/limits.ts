/** The time that the server may take for one input, as its own log line has it. */
export const SLOW_MS = 10
/** Requests that are under way at any time. */
export const AT_ONCE = 16
/** Inputs for one connector; the next ones get a new one, so that no directory grows without end. */
export const PER_CONNECTOR = 10_000
