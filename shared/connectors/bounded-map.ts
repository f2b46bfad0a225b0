/** A map that forgets its oldest entry beyond `limit`; whoever sends made-up ids cannot fill the memory. */
export interface BoundedMap<V> {
  get(key: string): V | undefined
  /** The entry becomes the youngest. */
  set(key: string, value: V): void
  delete(key: string): void
  readonly size: number
}

/** Reading makes an entry young again where `touch` is set, which makes it a least-recently-used cache. */
export function createBoundedMap<V>(limit: number, touch = false): BoundedMap<V> {
  const entries = new Map<string, V>()
  const put = (key: string, value: V): void => {
    entries.delete(key)
    entries.set(key, value)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (touch && value !== undefined) put(key, value)
      return value
    },
    set(key, value) {
      put(key, value)
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
    delete(key) {
      entries.delete(key)
    },
    get size() {
      return entries.size
    },
  }
}
