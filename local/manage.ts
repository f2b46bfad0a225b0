/** A call of the management API that must succeed; its answer, parsed. */
export type Manage = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** The management API of a server, as an operator's program calls it. */
export function managerOf(baseUrl: string, functionKey: string | undefined): Manage {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${baseUrl}/management/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(functionKey === undefined ? {} : { 'x-functions-key': functionKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} management/${path}: ${response.status} ${text}`)
    const answer: T = JSON.parse(text)
    return answer
  }
}
