/** Stands for a dependency that few requests need. */
export function later(): string {
  return 'later'
}
