import { describe, expect, it } from 'vitest'
import { helpFor } from '../../shared/activity/failure-help.ts'
import { line } from './fixtures.ts'

const failed = (note: string, attributes?: readonly string[]) =>
  line({ operation: 'user.post', status: 400, note, ...(attributes === undefined ? {} : { attributes }) })

describe('a failure in words', () => {
  it.each([
    ['a taken user name', failed('uniqueness', ['userName']), /user name/, /match/i],
    ['a taken address', failed('uniqueness', ['emails']), /deactivated/, /free the address/],
    ['a taken group name', failed('uniqueness', ['displayName']), /group/, /objectId/],
    ['something taken that is new', failed('uniqueness', ['badge']), /unique/, /provisioning log/],
    [
      'a missing value',
      failed('invalidValue'),
      /e-mail address/,
      /Coalesce\(\[mail\], \[userPrincipalName\]\)/,
    ],
    ['too many requests', failed('rate_limited'), /second/, /Entra waits/],
    [
      'a wrong secret',
      line({ operation: 'user.signIn', status: 503, note: 'secret-wrong; web; AADSTS7000215' }),
      /client secret/,
      /Certificates & secrets/,
    ],
    [
      'a conflict of sign-in',
      line({ operation: 'user.signIn', status: 403, note: 'conflict; web' }),
      /linked to somebody else/,
      /unlink/,
    ],
    ['a conflict of provisioning', failed('conflict'), /same time/, /by itself/],
  ])('%s has its own', (_, item, cause, remedy) => {
    const help = helpFor(item)

    expect(help?.cause).toMatch(cause)
    expect(help?.remedy).toMatch(remedy)
  })

  it.each([
    'invalidFilter',
    'invalidPath',
    'invalidSyntax',
    'noTarget',
    'mutability',
    'tooMany',
    'too_large',
    'precondition_failed',
  ])('%s has its own', (note) => {
    expect(helpFor(failed(note))?.cause).not.toBe(helpFor(failed('something new'))?.cause)
  })

  it.each(['something new', 'constructor', '__proto__', ''])('%j has at least a way to go on', (note) => {
    expect(helpFor(failed(note))).toEqual({
      cause: 'The request was refused.',
      remedy: expect.stringContaining('logs'),
    })
  })

  it('is not there where nothing failed', () => {
    expect(helpFor(line())).toBeUndefined()
  })
})
