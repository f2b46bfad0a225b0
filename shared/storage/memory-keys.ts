/** Keys of a block at most. Small enough to splice quickly, large enough that millions of keys need few blocks. */
const BLOCK_KEYS = 512

/** Distinct texts in code unit order: blocks of them, each block sorted and all blocks in order. */
export interface SortedKeys {
  readonly blocks: string[][]
}

export function createSortedKeys(): SortedKeys {
  return { blocks: [] }
}

/** Adds a key that is not in the list yet. */
export function addKey({ blocks }: SortedKeys, key: string): void {
  const number = blockOf(blocks, key)
  const block = blocks[number]
  if (block === undefined) {
    blocks.push([key])
    return
  }
  block.splice(positionIn(block, key), 0, key)
  // Keys that only ever grow, such as a bulk load's, fill blocks to the brim; others halve them.
  const appended = number === blocks.length - 1 && block.at(-1) === key
  if (block.length > BLOCK_KEYS)
    blocks.splice(number + 1, 0, block.splice(appended ? BLOCK_KEYS : BLOCK_KEYS / 2))
}

/** Removes a key; one that is not in the list changes nothing. */
export function removeKey({ blocks }: SortedKeys, key: string): void {
  const number = blockOf(blocks, key)
  const block = blocks[number] ?? []
  const position = positionIn(block, key)
  if (block[position] !== key) return
  block.splice(position, 1)
  if (block.length === 0) blocks.splice(number, 1)
}

/** The first `limit` keys with `from` <= key < `to`. */
export function keysBetween({ blocks }: SortedKeys, from: string, to: string, limit: number): string[] {
  const keys: string[] = []
  const first = blockOf(blocks, from)
  for (let number = first; number < blocks.length; number++) {
    const block = blocks[number] ?? []
    for (let i = number === first ? positionIn(block, from) : 0; i < block.length; i++) {
      const key = block[i]
      if (key === undefined || key >= to || keys.length >= limit) return keys
      keys.push(key)
    }
  }
  return keys
}

/** Where the block is that holds the key or would: the last one that does not begin after it. */
function blockOf(blocks: readonly string[][], key: string): number {
  const after = search(blocks.length, (i) => (blocks[i]?.[0] ?? '') > key)
  return Math.max(after - 1, 0)
}

/** Where the key is in a block, or where it belongs. */
function positionIn(block: readonly string[], key: string): number {
  return search(block.length, (i) => (block[i] ?? '') >= key)
}

/** The first of `length` positions for which `holds`, which must stay true once it is; `length` if there is none. */
function search(length: number, holds: (position: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
