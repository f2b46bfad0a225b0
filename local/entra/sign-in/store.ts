import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Row {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/** Rows are swept when there are so many: a tenant of a long test run must not grow for ever. */
const SWEEP_ROWS = 5_000

/**
 * What oidc-provider remembers, in memory and of one tenant only. Its own memory adapter warns that it is for
 * development, which is what this is for.
 */
export function createStore(
  findClient: (id: string) => AdapterPayload | undefined,
): (name: string) => Adapter {
  const rows = new Map<string, Row>()
  const read = (key: string): AdapterPayload | undefined => {
    const row = rows.get(key)
    return row === undefined || row.expiresAt <= Date.now() ? undefined : row.payload
  }
  const sweep = (): void => {
    if (rows.size % SWEEP_ROWS !== 0) return
    for (const [key, { expiresAt }] of rows) if (expiresAt <= Date.now()) rows.delete(key)
  }
  return (name) => ({
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000
      rows.set(`${name}:${id}`, { payload, expiresAt })
      sweep()
    },
    find: async (id) => (name === 'Client' ? findClient(id) : read(`${name}:${id}`)),
    findByUid: async (uid) =>
      [...rows].find(([key, { payload }]) => key.startsWith(`${name}:`) && payload.uid === uid)?.[1].payload,
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const row = rows.get(`${name}:${id}`)
      if (row === undefined) return
      const payload = { ...row.payload, consumed: Math.floor(Date.now() / 1000) }
      rows.set(`${name}:${id}`, { ...row, payload })
    },
    destroy: async (id) => void rows.delete(`${name}:${id}`),
    // A code redeemed twice is called redeemed twice, however often it is tried.
    revokeByGrantId: async () => undefined,
  })
}
