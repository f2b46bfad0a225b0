import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TABLE_NAMES } from '../../../shared/storage/table.ts'
import type { Policy } from '../policy.ts'
import { isSameSet, ofType, only, PROJECT, scopeOf, type Resource, type Snapshot } from '../snapshot.ts'

const TABLE = 'Microsoft.Storage/storageAccounts/tableServices/tables'
const LOCK = 'Microsoft.Authorization/locks'

const documented = [
  ...readFileSync(join(PROJECT, 'docs/storage.md'), 'utf8').matchAll(/^## Table `(\w+)`/gm),
].map(([, name]) => name)

/** The accounts of tenant data: all but the host's. */
const dataAccounts = (snapshot: Snapshot): Resource[] =>
  ofType(snapshot, 'Microsoft.Storage/storageAccounts').filter(({ name }) => !name.startsWith('sthost'))

const drop = (isDropped: (resource: Resource) => boolean) => (snapshot: Snapshot) => {
  snapshot.predictedResources = snapshot.predictedResources.filter((resource) => !isDropped(resource))
}

const tables: Policy = {
  rule: 'every account of tenant data has every table that docs/storage.md describes, and no other one',
  violations: (snapshot) =>
    dataAccounts(snapshot).flatMap(({ id, name }) => {
      const made = ofType(snapshot, TABLE)
        .filter((table) => table.id.startsWith(`${id}/`))
        .map((table) => table.name.split('/').at(-1))
      const expected = [...new Set([...documented, ...TABLE_NAMES])]
      return isSameSet(made, expected) ? [] : [`${name} has the tables ${made.join()}`]
    }),
  mistakes: [
    { what: 'no table config', make: drop(({ type, name }) => type === TABLE && name.endsWith('config')) },
    {
      what: 'a second account without tables',
      scenario: 'private-network',
      make: drop(({ type, id }) => type === TABLE && id.includes('/stsecond')),
    },
    {
      what: 'a table that nothing uses',
      make: (snapshot) => {
        const [table] = ofType(snapshot, TABLE)
        if (table) snapshot.predictedResources.push({ ...table, id: `${table.id}2`, name: `${table.name}2` })
      },
    },
  ],
}

const indelible: Policy = {
  rule: 'tenant data and the vault cannot be deleted by one command',
  violations: (snapshot) => {
    const vault = only(snapshot, 'Microsoft.KeyVault/vaults')
    const locked = ofType(snapshot, LOCK)
      .filter(({ properties }) => properties.level === 'CanNotDelete')
      .map(scopeOf)
    const { enableSoftDelete, enablePurgeProtection, softDeleteRetentionInDays } = vault.properties
    return [
      ...[vault, ...dataAccounts(snapshot)]
        .filter(({ id }) => !locked.includes(id))
        .map(({ name }) => `${name} has no lock`),
      ...(enableSoftDelete && enablePurgeProtection && softDeleteRetentionInDays === 90
        ? []
        : ['the vault can be purged']),
    ]
  },
  mistakes: [
    {
      what: 'no lock on tenant data',
      make: drop(({ type, name }) => type === LOCK && name === 'tenant-data'),
    },
    {
      what: 'no lock on the vault',
      make: drop(({ type, name }) => type === LOCK && name === 'wrapping-key'),
    },
    {
      what: 'no purge protection',
      make: (snapshot) => {
        delete only(snapshot, 'Microsoft.KeyVault/vaults').properties.enablePurgeProtection
      },
    },
  ],
}

function weaknesses({ properties }: Resource): string[] {
  const { kty, keySize, keyOps, attributes, rotationPolicy } = properties
  const [renewal] = rotationPolicy?.lifetimeActions ?? []
  const faults: [boolean, string][] = [
    [kty !== 'RSA' || keySize < 3072, 'the key is too small'],
    [!isSameSet(keyOps, ['wrapKey', 'unwrapKey']), 'the key can do more'],
    [attributes.exportable !== false, 'the key can leave the vault'],
    [renewal?.action.type !== 'rotate' || renewal.trigger.timeAfterCreate !== 'P1Y', 'the key grows old'],
    // An end would take from an earlier version what only it can unwrap.
    [rotationPolicy?.attributes?.expiryTime !== undefined, 'versions of the key end'],
  ]
  return faults.filter(([isFault]) => isFault).map(([, fault]) => fault)
}

const wrappingKey: Policy = {
  rule: 'the wrapping key stays in the vault, can wrap and unwrap and nothing else, and is renewed each year',
  violations: (snapshot) => weaknesses(only(snapshot, 'Microsoft.KeyVault/vaults/keys')),
  mistakes: (
    [
      ['2048 bits', { keySize: 2048 }],
      ['a key that signs', { keyOps: ['wrapKey', 'unwrapKey', 'sign'] }],
      ['a key that can be exported', { attributes: { exportable: true } }],
      ['no renewal', { rotationPolicy: undefined }],
      [
        'versions that end',
        {
          rotationPolicy: {
            attributes: { expiryTime: 'P2Y' },
            lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }],
          },
        },
      ],
    ] as const
  ).map(([what, properties]) => ({
    what,
    make: (snapshot: Snapshot) => {
      Object.assign(only(snapshot, 'Microsoft.KeyVault/vaults/keys').properties, properties)
    },
  })),
}

const encryption: Policy = {
  rule: 'tenant data is encrypted twice at rest',
  violations: (snapshot) =>
    dataAccounts(snapshot)
      .filter(
        ({ properties: { encryption: of } }) =>
          !(of?.requireInfrastructureEncryption && of.services.table.keyType === 'Account'),
      )
      .map(({ name }) => `${name} is encrypted once`),
  mistakes: [
    {
      what: 'no infrastructure encryption',
      make: (snapshot) => {
        for (const { properties } of dataAccounts(snapshot)) delete properties.encryption
      },
    },
  ],
}

const zones: Policy = {
  rule: 'a plan over several zones has its data in them too',
  violations: (snapshot) => {
    const isSpread = only(snapshot, 'Microsoft.Web/serverfarms').properties.zoneRedundant
    const expected = isSpread ? 'Standard_ZRS' : 'Standard_LRS'
    return ofType(snapshot, 'Microsoft.Storage/storageAccounts')
      .filter(({ sku }) => sku.name !== expected)
      .map(({ name, sku }) => `${name} is ${sku.name}`)
  },
  mistakes: [
    {
      what: 'host storage in one zone',
      scenario: 'zone-redundant',
      make: (snapshot) => {
        for (const account of ofType(snapshot, 'Microsoft.Storage/storageAccounts'))
          if (account.name.startsWith('sthost')) account['sku'] = { name: 'Standard_LRS' }
      },
    },
  ],
}

export const DATA = [tables, indelible, wrappingKey, encryption, zones]
