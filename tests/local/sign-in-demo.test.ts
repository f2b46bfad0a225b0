import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, it } from 'vitest'
import { registerDemo, startDemoTenant } from '../../local/demo-tenant.ts'
import { disableUser } from '../../local/entra/directory-changes.ts'
import { createDirectory, listUsers } from '../../local/entra/directory.ts'
import { directoryFile } from '../../local/entra/sign-in/directory-file.ts'
import { createPeople } from '../../local/entra/sign-in/people.ts'
import type { SignInTenant } from '../../local/entra/sign-in/tenant.ts'
import { openTenant, readTenant, saveTenant } from '../../local/entra/tenant-file.ts'

const SIZE = { users: 3, groups: 1, seed: undefined }
const CONNECTOR = { baseUrl: 'http://gatehouse.example', connector: 'org-1' }

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sign-in-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'entra.json')
}

async function start(issuer?: string): Promise<SignInTenant> {
  const directory = createDirectory({ users: 3, groups: 0 })
  const entra = issuer === undefined ? undefined : { issuer, clientId: 'x', clientSecret: 'y' }
  const tenant = await startDemoTenant(
    { read: () => directory, change: (edit) => edit(directory) },
    { url: 'http://gatehouse.example', entra },
  )
  onTestFinished(() => tenant.close())
  return tenant
}

describe('the people of a tenant file', () => {
  it('are those of the first cycle before there is a file', () => {
    const file = newFile()
    const { directory } = openTenant(file, 'http://target.example', SIZE)

    expect(directoryFile(file, SIZE).read()).toEqual(directory)
  })

  it('follow what another process does to the file', () => {
    const file = newFile()
    const people = createPeople(directoryFile(file, SIZE))
    const tenant = openTenant(file, 'http://target.example', { ...SIZE, users: 4 })
    const [ada] = listUsers(tenant.directory)
    if (ada === undefined) throw new Error('no users')
    expect(people.find(ada.objectId)?.accountEnabled).toBe(true)
    disableUser(tenant.directory, ada.objectId)
    saveTenant(file, tenant)

    expect(people.find(ada.objectId)?.accountEnabled).toBe(false)
    expect(people.search('', 100).total).toBe(6)
  })

  it('are changed in the file, which keeps what the provisioning job remembers', () => {
    const file = newFile()
    const tenant = openTenant(file, 'http://target.example', SIZE)
    tenant.state.cycles = 4
    saveTenant(file, tenant)
    const [ada] = listUsers(tenant.directory)
    createPeople(directoryFile(file, SIZE)).edit(ada?.objectId ?? '', { accountEnabled: false })

    const after = readTenant(file)
    expect(after?.directory.users[ada?.objectId ?? '']?.accountEnabled).toBe(false)
    expect(after).toMatchObject({ tenantUrl: 'http://target.example', state: { cycles: 4 } })
  })
})

describe('the tenant of npm start', () => {
  it('comes back where it was', async () => {
    const first = await start()
    await first.close()

    expect((await start(first.issuer)).issuer).toBe(first.issuer)
  })

  it('goes elsewhere when somebody else listens there', async () => {
    const first = await start()

    expect((await start(first.issuer)).origin).not.toBe(first.origin)
  })

  it('has the connector as an application, with an URI for each kind of client', async () => {
    const tenant = await start()
    const { clientId, clientSecret, issuer } = registerDemo(tenant, CONNECTOR, undefined)
    const response = await fetch(`${tenant.origin}/control/applications/${clientId}`)

    expect(issuer).toBe(tenant.issuer)
    expect(await response.json()).toMatchObject({
      secrets: [{ value: clientSecret }],
      redirectUris: {
        web: ['http://gatehouse.example/auth/org-1/web/callback'],
        publicClient: ['http://gatehouse.example/auth/org-1/app/callback'],
      },
      frontchannelLogoutUri: 'http://gatehouse.example/auth/org-1/frontchannel-logout',
    })
  })

  it('keeps the client id and secret of the same connector, and makes new ones for another', async () => {
    const tenant = await start()
    const entra = registerDemo(tenant, CONNECTOR, undefined)
    const earlier = { url: 'http://gatehouse.example', connector: 'org-1', entra }
    const another = registerDemo(tenant, { ...CONNECTOR, connector: 'org-2' }, earlier)

    expect(registerDemo(tenant, CONNECTOR, earlier)).toEqual(entra)
    expect(another.clientId).not.toBe(entra.clientId)
    expect(another.clientSecret).not.toBe(entra.clientSecret)
  })
})
