/** A literal of a filter (RFC 7644 §3.4.2.2, JSON values). */
export type Literal = string | number | boolean | null

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** `[URN:]attribute[filter][.sub]`, names as written; nothing is resolved yet. */
export interface AttributePath {
  readonly urn: string | undefined
  readonly attribute: string
  readonly filter: Filter | undefined
  readonly sub: string | undefined
}

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'compare'
      readonly path: AttributePath
      readonly operator: Operator
      readonly value: Literal
    }
  /** `emails[type eq "work"]`: at least one value matches. */
  | { readonly kind: 'matches'; readonly path: AttributePath }
