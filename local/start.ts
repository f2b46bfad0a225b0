import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startAzurite } from './azurite.ts'
import { DEMO_CLIENTS } from './demo-clients.ts'
import { findOrCreateDemo, type Demo } from './demo-connector.ts'
import { connectSignIn } from './demo-sign-in.ts'
import { registerDemo, startDemoTenant } from './demo-tenant.ts'
import { runDemoCycle } from './entra/demo-cycle.ts'
import { listUsers, type Directory } from './entra/directory.ts'
import { directoryFile } from './entra/sign-in/directory-file.ts'
import { startFunctionsHost, type FunctionsHost } from './functions-host.ts'
import { createLineWriter } from './line-writer.ts'
import { managerOf } from './manage.ts'
import { readRunFile, writeRunFile, type EntraApplication } from './run-file.ts'

/*
 * npm start: the built bundle with everything that the cloud would give it, on one machine.
 * --port 7071, --data DIR, --fresh, --no-demo, --memory, --keys, --users 50, --groups 5
 */
const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '7071' },
    data: { type: 'string', default: '.local' },
    fresh: { type: 'boolean', default: false },
    demo: { type: 'boolean', default: true },
    memory: { type: 'boolean', default: false },
    keys: { type: 'boolean', default: false },
    users: { type: 'string', default: '50' },
    groups: { type: 'string', default: '5' },
  },
})

const root = dirname(import.meta.dirname)
const directory = resolve(root, flags.data)
const baseUrl = `http://localhost:${flags.port}`

// What is kept in memory is gone, so what belongs to it must not stay behind.
if (flags.fresh || flags.memory) rmSync(directory, { recursive: true, force: true })
mkdirSync(directory, { recursive: true })

const azurite = flags.memory ? undefined : await startAzurite({ directory: join(directory, 'azurite') })
const functionKey = flags.keys
  ? (readRunFile(directory)?.functionKey ?? randomBytes(24).toString('base64url'))
  : undefined
const tenantFile = join(directory, 'entra.json')
const size = { users: Number(flags.users), groups: Number(flags.groups) }
const earlier = readRunFile(directory)
const developmentKey = earlier?.developmentKey ?? randomBytes(32).toString('base64url')
const people = directoryFile(tenantFile, { ...size, seed: undefined })
const tenant = await startDemoTenant(people, earlier)
const logLine = createLineWriter((text) => appendFileSync(join(directory, 'gatehouse.log'), text))
const host = await startHost()
console.log(`A local Microsoft Entra tenant signs people in: ${tenant.issuer}`)
console.log(`Gatehouse listens on ${baseUrl} (log: ${join(flags.data, 'gatehouse.log')})`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void stop()
  })

if (flags.demo) await demonstrate()
else writeRunFile(directory, { url: baseUrl, functionKey, developmentKey })
console.log('Stop with Ctrl+C.')

async function startHost(): Promise<FunctionsHost> {
  try {
    return await startFunctionsHost({
      root,
      port: Number(flags.port),
      settings: {
        GATEHOUSE_MODE: 'development',
        PUBLIC_BASE_URL: baseUrl,
        TABLES_ACCOUNTS: `main=${azurite?.connectionString ?? 'memory'}`,
        SCIM_MAX_RPS: '0',
        OIDC_EXTRA_ISSUERS: tenant.origin,
        DEVELOPMENT_KEY: developmentKey,
        PLATFORM_CLIENTS: DEMO_CLIENTS,
      },
      ...(functionKey === undefined ? {} : { functionKey }),
      schedules: true,
      log: ({ message }) => logLine(message),
    })
  } catch (error) {
    await tenant.close()
    await azurite?.close()
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    console.error(`Port ${flags.port} is in use. Stop what listens there, or start with -- --port 7072.`)
    return process.exit(1)
  }
}

async function demonstrate(): Promise<void> {
  const demo = await findOrCreateDemo(baseUrl, functionKey, earlier)
  const entra = registerDemo(tenant, { baseUrl, connector: demo.connector }, earlier)
  const signIn = `${baseUrl}/auth/${demo.connector}/web/login`
  const keys = { functionKey, developmentKey }
  writeRunFile(directory, { url: baseUrl, ...keys, ...demo, entra, signIn })
  if (demo.isNew) {
    console.log('A Microsoft Entra tenant of this machine provisions its people and groups over SCIM 2.0:')
    await runDemoCycle({
      url: demo.scim.url,
      token: demo.scim.password,
      stateFile: tenantFile,
      ...size,
      print: (line) => console.log(line),
    })
  }
  const { domain } = people.read()
  const isKept = earlier?.developmentKey !== undefined
  await connectSignIn(managerOf(baseUrl, functionKey), demo, entra, { domain, isKept })
  printDemo(demo, entra)
  printSignIn(signIn, people.read())
  const path = `organizations/${demo.organization}/setup-links`
  const setup = await managerOf(baseUrl, functionKey)<{ url: string }>('POST', path)
  console.log(`Organization Setup, by a link that works once:\n  ${setup.url}\n`)
}

function printSignIn(link: string, tenantDirectory: Directory): void {
  const users = listUsers(tenantDirectory).filter(
    ({ accountEnabled, assigned }) => accountEnabled && assigned,
  )
  const [withRole, without] = [true, false].map((isWanted) =>
    users.find(({ appRoles }) => appRoles.length > 0 === isWanted),
  )
  const [name, other] = [withRole, without].map((user) => user?.userPrincipalName ?? 'nobody')
  console.log(`Sign in to the portal, by the link or by an address at ${baseUrl}/
  ${link}
  with a role:    ${name}
  without one:    ${other}
Deactivate somebody, whose next click then is signed out:
  npm run cycle -- --disable ${name}
`)
}

function printDemo({ scim }: Demo, { issuer, clientId, clientSecret }: EntraApplication): void {
  console.log(`
Organization "Contoso", connector of type Azure Active Directory:
  SCIM URL    ${scim.url}
  User name   ${scim.userName}
  Password    ${scim.password}

Its application in the local Entra tenant:
  Authority   ${issuer}
  Client id   ${clientId}
  Secret      ${clientSecret}

Read a user back:
  curl -H "Authorization: Bearer ${scim.password}" "${scim.url}/Users?count=1"
Let the tenant change and provision again:
  npm run cycle -- --users 60
`)
}

async function stop(): Promise<void> {
  await host.close()
  await tenant.close()
  await azurite?.close()
  process.exit(0)
}
