import { HttpRequest } from '@azure/functions'
import { describe, expect, it } from 'vitest'
import { readFormBody } from '../../shared/http/form-body.ts'
import { failureOf } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'

function requestOf(contentLength: number, body: string): HttpRequest {
  return new HttpRequest({
    url: 'https://gatehouse.example/auth/token',
    method: 'POST',
    headers: {
      'content-length': String(contentLength),
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    },
    body: { string: body },
  })
}

describe('a form', () => {
  it('is refused by its header alone, before a byte is read', async () => {
    // A client that announces a body and never sends it.
    const silent = Object.assign(requestOf(LIMITS.formBytes + 1, ''), {
      arrayBuffer: () => new Promise<ArrayBuffer>(() => undefined),
    })

    expect(await readFormBody(silent).catch(failureOf)).toMatchObject({ code: 'too_large' })
  })

  it('is refused too where the header understates it', async () => {
    const long = requestOf(2, 'x'.repeat(LIMITS.formBytes + 1))

    expect(await readFormBody(long).catch(failureOf)).toMatchObject({ code: 'too_large' })
  })

  it('is read as UTF-8', async () => {
    expect([...(await readFormBody(requestOf(20, 'a=%C3%B8+%2B&b=ø')))]).toEqual([
      ['a', 'ø +'],
      ['b', 'ø'],
    ])
  })
})
