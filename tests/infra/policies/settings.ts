import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings, SETTING_NAMES } from '../../../shared/kernel/settings.ts'
import { settle } from '../expression.ts'
import type { Policy } from '../policy.ts'
import { isSameSet, ofType, only, PROJECT, texts, type Snapshot } from '../snapshot.ts'

/** Rows of docs/settings.md whose last cell says that production has no use for them. */
const DEVELOPMENT_ONLY = readFileSync(join(PROJECT, 'docs/settings.md'), 'utf8')
  .split('\n')
  .filter((line) => /\| (development only|local; [^|]*)\s*\|$/.test(line))
  .map((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? '')

/** What the plan knows by itself, and what would make it look elsewhere. */
const NOT_ON_FLEX = [
  'FUNCTIONS_WORKER_RUNTIME',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'AzureWebJobsStorage',
]

type Values = Record<string, string>

const settingsOf = (snapshot: Snapshot): Values => only(snapshot, 'Microsoft.Web/sites/config').properties

function settled(snapshot: Snapshot): Values {
  return Object.fromEntries(
    Object.entries(settingsOf(snapshot)).map(([name, value]) => [name, settle(value)]),
  )
}

const set = (
  values: Record<string, string | undefined>,
  scenario = 'minimal',
): Policy['mistakes'][number] => ({
  what: Object.entries(values)
    .map(([name, value]) => (value === undefined ? `no ${name}` : `${name}=${value}`))
    .join(),
  scenario,
  make: (snapshot) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete settingsOf(snapshot)[name]
      else settingsOf(snapshot)[name] = value
    }
  },
})

const complete: Policy = {
  rule: 'every setting that the product reads is there, and none that is for development only',
  violations: (snapshot) => {
    const names = Object.keys(settingsOf(snapshot))
    return [
      ...SETTING_NAMES.filter((name) => !DEVELOPMENT_ONLY.includes(name) && !names.includes(name)).map(
        (name) => `${name} is missing`,
      ),
      ...names
        .filter((name) => DEVELOPMENT_ONLY.includes(name) || NOT_ON_FLEX.includes(name))
        .map((name) => `${name} is not for production`),
    ]
  },
  mistakes: [
    ...SETTING_NAMES.filter((name) => !DEVELOPMENT_ONLY.includes(name)).map((name) =>
      set({ [name]: undefined }),
    ),
    ...DEVELOPMENT_ONLY.map((name) => set({ [name]: 'x' })),
    set({ WEBSITE_RUN_FROM_PACKAGE: '1' }),
  ],
}

/** What the product itself says of the values, as it would at its start in Azure. */
function refusal(values: Values): string[] {
  try {
    const { mode } = readSettings(values)
    return mode === 'production' ? [] : ['the mode is not production']
  } catch (error) {
    return [String(error)]
  }
}

const accepted: Policy = {
  rule: 'the product takes the settings in production',
  violations: (snapshot) => refusal(settled(snapshot)),
  mistakes: [
    set({ PUBLIC_BASE_URL: 'http://id.example.com' }),
    set({ TABLES_ACCOUNTS: 'main=UseDevelopmentStorage=true' }),
    set({ KEY_VAULT_KEY_ID: 'https://kv.vault.azure.net/keys/wrapping/0123456789abcdef' }),
    set({ PLATFORM_CLIENTS: '[{}]' }),
    set({ GATEHOUSE_MODE: 'development' }),
  ],
}

function misdirected(snapshot: Snapshot): string[] {
  const values = settled(snapshot)
  const key = only(snapshot, 'Microsoft.KeyVault/vaults/keys')
  const [vaultName, keyName] = [key.id.split('/').at(-3), key.id.split('/').at(-1)]
  const accounts = ofType(snapshot, 'Microsoft.Storage/storageAccounts').map(({ name }) => name)
  const locations = (values['TABLES_ACCOUNTS'] ?? '').split(',').map((entry) => entry.split('=')[1])
  const expected = accounts
    .filter((name) => !name.startsWith('sthost'))
    .map((name) => `https://${name}.table.core.windows.net`)
  const host = accounts.find((name) => name.startsWith('sthost'))
  const pairs = [
    [values['KEY_VAULT_KEY_ID'], `https://${vaultName}.vault.azure.net/keys/${keyName}`],
    [values['AzureWebJobsStorage__blobServiceUri'], `https://${host}.blob.core.windows.net`],
    [values['AZURE_CLIENT_ID'], 'clientId-of-id-gatehouse'],
    [values['AzureWebJobsStorage__clientId'], 'clientId-of-id-gatehouse'],
    [
      values['APPLICATIONINSIGHTS_AUTHENTICATION_STRING'],
      'ClientId=clientId-of-id-gatehouse;Authorization=AAD',
    ],
  ]
  return [
    ...(isSameSet(locations, expected) ? [] : [`the locations are ${locations.join()}`]),
    ...pairs.filter(([is, should]) => is !== should).map(([is, should]) => `${is} should be ${should}`),
  ]
}

const directed: Policy = {
  rule: 'the settings lead to what the template makes',
  violations: misdirected,
  mistakes: [
    set({ KEY_VAULT_KEY_ID: 'https://kv-other.vault.azure.net/keys/gatehouse-wrapping' }),
    set({ TABLES_ACCOUNTS: 'main=https://stother.table.core.windows.net' }),
    set({ TABLES_ACCOUNTS: settingsOfOneAccount() }, 'private-network'),
    set({ AZURE_CLIENT_ID: 'somebody' }),
    set({ AzureWebJobsStorage__blobServiceUri: 'https://stmain.blob.core.windows.net' }),
  ],
}

function settingsOfOneAccount(): string {
  return 'main=https://stmain64jolpshx3xig.table.core.windows.net'
}

/** Azure's functions that bring a key out, and what keys and connection strings look like. */
const SECRET =
  /\blist\w*(keys?|secrets?|sas|credentials|settings)\w*\(|(account|sharedaccess)key=|[?&]sig=|-----BEGIN|\bpassword\b|client_?secret\b/i

const noSecrets: Policy = {
  rule: 'no secret is in a setting, an output, a tag or anything else of the template',
  violations: (snapshot) =>
    texts({ resources: snapshot.predictedResources, outputs: snapshot.outputs })
      .filter(([path, text]) => SECRET.test(text) || /(secret|password|accountkey)$/i.test(path))
      .map(([path]) => `${path} holds a secret`),
  mistakes: [
    set({
      AzureWebJobsStorage__x:
        "[format('AccountKey={0}', listKeys('/subscriptions/x', '2025-08-01').keys[0].value)]",
    }),
    set({ CLIENT_SECRET: 'anything' }),
    {
      what: 'an output of a key',
      make: (snapshot) => {
        snapshot.outputs['KEY'] = "[listKeys('/subscriptions/x', '2025-08-01').keys[0].value]"
      },
    },
  ],
}

const outputs: Policy = {
  rule: 'the outputs say under which addresses the product is reached',
  violations: (snapshot) => {
    const base = settled(snapshot)['PUBLIC_BASE_URL']
    const paths = { GATEHOUSE_URL: '', GATEHOUSE_HEALTH_URL: '/health', GATEHOUSE_SCIM_URL: '/scim/v2' }
    return Object.entries(paths)
      .filter(([name, path]) => settle(String(snapshot.outputs[name])) !== `${base}${path}`)
      .map(([name]) => `${name} is not under PUBLIC_BASE_URL`)
  },
  mistakes: [
    set({ PUBLIC_BASE_URL: 'https://other.example' }),
    set({ PUBLIC_BASE_URL: 'https://x.example' }, 'front-door'),
  ],
}

export const SETTINGS = [complete, accepted, directed, noSecrets, outputs]
