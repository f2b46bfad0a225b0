import { describe, expect, it } from 'vitest'
import { authorityOfIssuer, issuerOf, parseAuthority } from '../../shared/connectors/authority.ts'
import { failureOf } from '../../shared/kernel/failure.ts'

const TENANT = '5b3c1f0e-7d2a-4c8b-9e6f-0a1b2c3d4e5f'
const PUBLIC = 'https://login.microsoftonline.com'
const LOCAL = 'http://127.0.0.1:7072'

function sentenceOf(text: string): string | undefined {
  try {
    parseAuthority(text, [])
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    return failure?.code === 'bad_request' ? failure.detail : String(error)
  }
}

describe('an authority', () => {
  it.each([
    TENANT,
    TENANT.toUpperCase(),
    `  ${TENANT}\n`,
    `"${TENANT}"`,
    `${PUBLIC}/${TENANT}`,
    `${PUBLIC}/${TENANT}/`,
    `${PUBLIC}/${TENANT}/v2.0`,
    `${PUBLIC}/${TENANT}/v2.0/.well-known/openid-configuration`,
    `${PUBLIC}/${TENANT}/.well-known/openid-configuration?appid=1`,
    `${PUBLIC}/${TENANT}/oauth2/v2.0/authorize`,
    `${PUBLIC}/${TENANT}/oauth2/v2.0/token`,
    `${PUBLIC}/${TENANT}/oauth2/token`,
    `${PUBLIC}/${TENANT}/saml2`,
    `HTTPS://Login.MicrosoftOnline.com/${TENANT.toUpperCase()}`,
    `login.microsoftonline.com/${TENANT}`,
    `<${PUBLIC}/${TENANT}>`,
    `${PUBLIC}//${TENANT}`,
    `https://login.windows.net/${TENANT}`,
    `https://sts.windows.net/${TENANT}/`,
    `https://login.microsoft.com/${TENANT}`,
  ])('is understood as it is pasted: %s', (text) => {
    expect(parseAuthority(text, [])).toEqual({ origin: PUBLIC, tenant: TENANT, isGuid: true })
  })

  it.each([
    [`https://login.microsoftonline.us/${TENANT}`, 'https://login.microsoftonline.us'],
    [`https://login.partner.microsoftonline.cn/${TENANT}/v2.0`, 'https://login.partner.microsoftonline.cn'],
    [`https://login.chinacloudapi.cn/${TENANT}`, 'https://login.partner.microsoftonline.cn'],
  ])('of a national cloud stays there: %s', (text, origin) => {
    expect(parseAuthority(text, []).origin).toBe(origin)
  })

  it.each(['contoso.com', 'Contoso.onmicrosoft.com', `${PUBLIC}/contoso.com/v2.0`])(
    'may name the tenant by a domain, which is looked up: %s',
    (text) => {
      expect(parseAuthority(text, [])).toMatchObject({ origin: PUBLIC, isGuid: false })
    },
  )

  it.each([
    ['', /missing/],
    ['   ', /missing/],
    [PUBLIC, /tenant id is missing/],
    [`${PUBLIC}/`, /tenant id is missing/],
    ['login.microsoftonline.com', /tenant id is missing/],
    [`${PUBLIC}/common/v2.0`, /any tenant/],
    [`${PUBLIC}/organizations`, /any tenant/],
    [`${PUBLIC}/consumers`, /personal/],
    [`${PUBLIC}/9188040D-6c67-4c5b-b112-36a304b66dad/v2.0`, /personal/],
    [`${PUBLIC}/{tenant}/v2.0`, /placeholder/],
    [`http://login.microsoftonline.com/${TENANT}`, /begin with https/],
    [`https://login.microsoftonline.com:444/${TENANT}`, /port/],
    [`https://user:pass@login.microsoftonline.com/${TENANT}`, /user or password/],
    [`https://evil.example/${TENANT}`, /not a sign-in address/],
    [`https://login.microsoftonline.com.evil.example/${TENANT}`, /not a sign-in address/],
    [`https://evil.example/login.microsoftonline.com/${TENANT}`, /not a sign-in address/],
    [`https://constructor/${TENANT}`, /not a sign-in address/],
    [`http://169.254.169.254/${TENANT}`, /https/],
    [`ftp://login.microsoftonline.com/${TENANT}`, /https/],
    [`${PUBLIC}/not-a-tenant`, /not well-formed/],
    [`${PUBLIC}/${TENANT.slice(1)}`, /not well-formed/],
    [`${PUBLIC}/..%2f${TENANT}`, /not well-formed/],
    [`${PUBLIC}/%E0%A4%A`, /not well-formed/],
    ['https://', /no URL/],
    ['a'.repeat(2_000), /missing/],
    [LOCAL, /https/],
  ])('is refused with what to do: %s', (text, sentence) => {
    expect(sentenceOf(text)).toMatch(sentence)
  })

  it('of this machine is taken where the settings say so', () => {
    expect(parseAuthority(`${LOCAL}/${TENANT}/v2.0`, [LOCAL])).toEqual({
      origin: LOCAL,
      tenant: TENANT,
      isGuid: true,
    })
    expect(sentenceOf(`${LOCAL}1/${TENANT}`)).toMatch(/https/)
  })
})

describe('an issuer', () => {
  it('gives the tenant that a domain belongs to', () => {
    const authority = authorityOfIssuer(PUBLIC, `${PUBLIC}/${TENANT}/v2.0`)

    expect(authority).toEqual({ origin: PUBLIC, tenantId: TENANT })
    expect(authority && issuerOf(authority)).toBe(`${PUBLIC}/${TENANT}/v2.0`)
  })

  it.each([
    undefined,
    7,
    '',
    `https://evil.example/${TENANT}/v2.0`,
    `${PUBLIC}/${TENANT}`,
    `${PUBLIC}/{tenantid}/v2.0`,
    `${PUBLIC}/common/v2.0`,
    `${PUBLIC}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`,
    `${PUBLIC}.evil.example/${TENANT}/v2.0`,
  ])('that is no tenant of this origin gives none: %s', (issuer) => {
    expect(authorityOfIssuer(PUBLIC, issuer)).toBeUndefined()
  })
})
