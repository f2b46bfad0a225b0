import { LIMITS } from '../../shared/kernel/limits.ts'
import { GROUPS_ROUTE } from '../../shared/http/scim-groups.ts'
import type { Directory } from '../support/directory-context.ts'
import type { ScimCall } from '../support/scim-calls.ts'

/** A request that is made by hand to keep the service busy. */
export interface Heavy {
  readonly name: string
  /** Puts there what the request works on, and makes the request. */
  readonly prepare: (directory: Directory) => Promise<ScimCall>
}

export const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

function body(name: string, text: () => string): Heavy {
  return { name, prepare: async () => ({ route: GROUPS_ROUTE, method: 'POST', body: text() }) }
}

const MEBIBYTES_4 = LIMITS.largeBodyBytes
export const BODIES: readonly Heavy[] = [
  body('4 MiB of [', () => '['.repeat(MEBIBYTES_4)),
  body('4 MiB of [ and ]', () => '['.repeat(MEBIBYTES_4 / 2) + ']'.repeat(MEBIBYTES_4 / 2)),
  body('4 MiB of {"a":', () => `${'{"a":'.repeat(600_000)}1${'}'.repeat(600_000)}`),
  body('4 MiB of []', () => `[${'[],'.repeat(1_390_000)}[]]`),
  body('4 MiB of numbers', () => `[${'0,'.repeat(2_000_000)}0]`),
  body('4 MiB of one name', () => `{${'"a":1,'.repeat(650_000)}"a":1}`),
  body('4 MiB of names', () => `{${times(350_000, (i) => `"${i.toString(36)}":1`).join()}}`),
  body('195,000 values', () => `{"x":[${times(195, () => `[${'0,'.repeat(999)}0]`).join()}]}`),
  body(
    '190 objects of 999 names',
    () => `{"x":[${times(190, (i) => `{${times(999, (k) => `"${i}k${k}":1`).join()}}`).join()}]}`,
  ),
  body('4 MiB of texts', () => `{"x":[${times(120, () => `"${'é'.repeat(16_000)}"`).join()}]}`),
  body('4 MiB of escapes', () => `{"x":[${times(20, () => `"${'\\u00e9'.repeat(32_000)}"`).join()}]}`),
  body(
    '4 MiB of schemas',
    () => `{"schemas":[${times(80_000, (i) => `"urn:ietf:params:scim:schemas:core:2.0:Gr${i}"`).join()}]}`,
  ),
]
