import { createHmac, sign, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../json.ts'

export interface Jwt {
  readonly header: JsonObject
  readonly payload: JsonObject
}

/** How a token is signed: with a key, with a shared secret, or not at all. */
export type Signer =
  | { readonly alg: 'RS256' | 'ES256'; readonly key: KeyObject }
  | { readonly alg: 'HS256'; readonly key: string }
  | { readonly alg: 'none' }

/** A compact JWS. It is made by hand because tests need what no library would sign. */
export function toCompact({ header, payload }: Jwt, signer: Signer): string {
  const input = `${encode({ ...header, alg: signer.alg })}.${encode(payload)}`
  return `${input}.${signature(Buffer.from(input), signer).toString('base64url')}`
}

function encode(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function signature(input: Buffer, signer: Signer): Buffer {
  switch (signer.alg) {
    case 'RS256':
      return sign('sha256', input, signer.key)
    case 'ES256':
      return sign('sha256', input, { key: signer.key, dsaEncoding: 'ieee-p1363' })
    case 'HS256':
      return createHmac('sha256', signer.key).update(input).digest()
    case 'none':
      return Buffer.alloc(0)
  }
}
