import { badRequest, fail } from '../../kernel/failure.ts'
import { LIMITS } from '../../kernel/limits.ts'
import { fold } from '../../kernel/text.ts'

/** What the filters of one request compare. Made for the request, so that no text outlives it. */
export interface Comparisons {
  /** Counts values and their characters, and says whether it is time to offer a rest. Refuses beyond the limit. */
  readonly count: (values: number, characters?: number) => boolean
  /** The folded text: of a text that is compared with many literals it is made once. */
  readonly fold: (text: string) => string
}

/** A value without characters costs as much as a hundred characters do. */
const VALUE_CHARACTERS = 100
/** A tenth of a millisecond, about. */
const STEP_CHARACTERS = 50_000
/** Texts and their folded forms that are kept at a time. */
const KEPT_CHARACTERS = 1_000_000

export function createComparisons(refuse: () => never): Comparisons {
  const folded = new Map<string, string>()
  let kept = 0
  let all = 0
  let offered = 0
  return {
    count: (values, characters = 0) => {
      all += values * VALUE_CHARACTERS + characters
      if (all > LIMITS.comparedCharacters) refuse()
      if (all - offered < STEP_CHARACTERS) return false
      offered = all
      return true
    },
    fold: (text) => {
      const known = folded.get(text)
      if (known !== undefined) return known
      const made = fold(text)
      kept += text.length + made.length
      if (kept > KEPT_CHARACTERS) {
        folded.clear()
        kept = text.length + made.length
      }
      folded.set(text, made)
      return made
    },
  }
}

/** 400 where a filter compares so much that it would keep the service busy for long. */
export function refuseFilter(): never {
  return badRequest(
    'tooMany',
    `The filter compares more than ${LIMITS.comparedCharacters} characters in all. Use fewer terms, or one that an index serves.`,
  )
}

/** 413 where the operations of a PATCH do. */
export function refuseOperations(): never {
  return fail({
    code: 'too_large',
    detail: `The operations compare more than ${LIMITS.comparedCharacters} characters in all. Send them in parts.`,
  })
}
