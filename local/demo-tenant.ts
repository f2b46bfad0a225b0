import type { DirectorySource } from './entra/sign-in/people.ts'
import { startSignInTenant, type SignInTenant } from './entra/sign-in/tenant.ts'
import type { EntraApplication, RunFile } from './run-file.ts'

/** The demo's sign-in tenant, where it was last time if that port is free: connectors know it by its issuer. */
export async function startDemoTenant(
  directory: DirectorySource,
  earlier: RunFile | undefined,
): Promise<SignInTenant> {
  const port = Number(URL.parse(earlier?.entra?.issuer ?? '')?.port ?? 0)
  try {
    return await startSignInTenant({ directory, port })
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    return startSignInTenant({ directory })
  }
}

/** Registers the connector as an application, as an administrator would: both redirect URIs, and where to sign out. */
export function registerDemo(
  tenant: SignInTenant,
  { baseUrl, connector }: { readonly baseUrl: string; readonly connector: string },
  earlier: RunFile | undefined,
): EntraApplication {
  const known = earlier?.connector === connector ? earlier.entra : undefined
  const base = `${baseUrl}/auth/${connector}`
  const { clientId, secrets } = tenant.register({
    clientId: known?.clientId,
    secret: known?.clientSecret,
    redirectUris: { web: `${base}/web/callback`, publicClient: `${base}/app/callback` },
    frontchannelLogoutUri: `${base}/frontchannel-logout`,
  })
  return { issuer: tenant.issuer, clientId, clientSecret: secrets[0]?.value ?? '' }
}
