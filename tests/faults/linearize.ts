/** One call of a client: when it was made and answered, on a clock that only orders events. */
export interface Call<Op, Answer> {
  readonly client: number
  readonly op: Op
  readonly answer: Answer
  readonly from: number
  readonly to: number
}

/** What a service that does one thing at a time may answer, and the state that it is in then. States are compared as JSON. */
export type Model<State, Op, Answer> = (state: State, op: Op, answer: Answer) => State | undefined

/**
 * Whether the calls can be put into one order in which no call comes before one that was answered before it was made,
 * and in which the model gives each of the answers (Wing and Gong's search, with the dead ends remembered).
 */
export function isLinearizable<State, Op, Answer>(
  calls: readonly Call<Op, Answer>[],
  initial: State,
  model: Model<State, Op, Answer>,
): boolean {
  const deadEnds = new Set<string>()
  const search = (done: ReadonlySet<number>, state: State): boolean => {
    if (done.size === calls.length) return true
    const key = `${[...done].toSorted((a, b) => a - b).join()} ${JSON.stringify(state)}`
    if (deadEnds.has(key)) return false
    deadEnds.add(key)
    const open = calls.flatMap((call, i) => (done.has(i) ? [] : [{ call, i }]))
    const firstAnswer = Math.min(...open.map(({ call }) => call.to))
    return open.some(({ call, i }) => {
      if (call.from > firstAnswer) return false
      const next = model(state, call.op, call.answer)
      return next !== undefined && search(new Set([...done, i]), next)
    })
  }
  return search(new Set(), initial)
}
