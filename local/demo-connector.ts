import { managerOf } from './manage.ts'
import type { RunFile } from './run-file.ts'

/** The demo's connector, made through the management API as an operator would. */
export interface Demo {
  readonly organization: string
  readonly connector: string
  readonly scim: { readonly url: string; readonly userName: string; readonly password: string }
  /** Made just now: nobody is provisioned yet. */
  readonly isNew: boolean
}

/** The connector of an earlier start if it still answers, else a new organization "Contoso" with a new one. */
export async function findOrCreateDemo(
  baseUrl: string,
  functionKey: string | undefined,
  earlier: RunFile | undefined,
): Promise<Demo> {
  const { organization, connector, scim } = earlier ?? {}
  if (organization !== undefined && connector !== undefined && scim !== undefined && (await answers(scim)))
    return { organization, connector, scim, isNew: false }
  return create(baseUrl, functionKey)
}

async function answers(scim: Demo['scim']): Promise<boolean> {
  const response = await fetch(`${scim.url}/ServiceProviderConfig`, {
    headers: { authorization: `Bearer ${scim.password}` },
  }).catch(() => undefined)
  return response?.status === 200
}

async function create(baseUrl: string, functionKey: string | undefined): Promise<Demo> {
  const manage = managerOf(baseUrl, functionKey)
  const organization = await manage<{ id: string }>('POST', 'organizations', {
    name: 'Contoso',
    plan: 'enterprise',
  })
  const connector = await manage<{ id: string; scim: Demo['scim'] }>(
    'POST',
    `organizations/${organization.id}/connectors`,
    { type: 'entra' },
  )
  const { url, userName, password } = connector.scim
  return {
    organization: organization.id,
    connector: connector.id,
    scim: { url, userName, password },
    isNew: true,
  }
}
