/** Random choices that a seed repeats: every input has its own, so that it does not depend on those before it. */
export interface Random {
  /** From 0 to below `length`. */
  index(length: number): number
  chance(part: number): boolean
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T
}

export function newRandom(seed: number, number: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const index = (length: number): number => Math.floor(next() * length)
  return {
    index,
    chance: (part) => next() < part,
    pick<T>(list: readonly T[]): T {
      return list[index(list.length)] as T
    },
  }
}
