import { describe, expect, it } from 'vitest'
import {
  encodeAddMembers,
  encodeGroupPatch,
  encodeManagerPatch,
  encodeRemoveMembers,
  encodeUserPatch,
} from '../../local/entra/patch-encoding.ts'
import type { Change } from '../../local/entra/patch-encoding.ts'
import { APP_ROLE_IDS, changeOfRoles, writeRoles } from '../../local/entra/roles.ts'

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole'
const request = (...operations: unknown[]): unknown => ({ schemas: [PATCH_OP], Operations: operations })

function change(op: Change['op'], path: string, value: unknown): Change {
  return { op, path, value, alone: path.includes('[') }
}

const RENAMED = [
  change('replace', 'displayName', 'Mira Holt-Lie'),
  change('replace', 'emails[type eq "work"].value', 'mira.lie@fjordworks.example'),
  change('replace', 'name.familyName', 'Lie'),
  change('add', `${ENTERPRISE}:department`, 'Depot'),
  change('add', 'phoneNumbers[type eq "mobile"].value', '+47 900 00 002'),
  change('replace', 'active', true),
]

describe('legacy PATCH bodies', () => {
  it('have one capitalised operation per attribute and booleans as text', () => {
    expect(encodeUserPatch(RENAMED, 'legacy')).toEqual(
      request(
        { op: 'Replace', path: 'displayName', value: 'Mira Holt-Lie' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'mira.lie@fjordworks.example' },
        { op: 'Replace', path: 'name.familyName', value: 'Lie' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Depot' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 900 00 002' },
        { op: 'Replace', path: 'active', value: 'True' },
      ),
    )
  })

  it('disable with the text "False"', () => {
    expect(encodeUserPatch([change('replace', 'active', false)], 'legacy')).toEqual(
      request({ op: 'Replace', path: 'active', value: 'False' }),
    )
  })

  it('set the manager as a plain id', () => {
    expect(encodeManagerPatch('add', 'u7', 'legacy')).toEqual(
      request({ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'u7' }),
    )
  })

  it('rename a group by path', () => {
    expect(encodeGroupPatch([change('replace', 'displayName', 'Quay crew')], 'legacy')).toEqual(
      request({ op: 'Replace', path: 'displayName', value: 'Quay crew' }),
    )
  })

  it('add and remove members by value, with $ref null', () => {
    const value = [
      { $ref: null, value: 'u1' },
      { $ref: null, value: 'u2' },
    ]

    expect(encodeAddMembers(['u1', 'u2'], 'legacy')).toEqual(request({ op: 'Add', path: 'members', value }))
    expect(encodeRemoveMembers(['u1', 'u2'], 'legacy')).toEqual(
      request({ op: 'Remove', path: 'members', value }),
    )
  })
})

describe('compliant PATCH bodies', () => {
  it('keep bracketed paths apart and merge the rest into one object for each kind of operation', () => {
    expect(encodeUserPatch(RENAMED, 'compliant')).toEqual(
      request(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'mira.lie@fjordworks.example' },
        { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 900 00 002' },
        {
          op: 'replace',
          value: { displayName: 'Mira Holt-Lie', 'name.familyName': 'Lie', active: true },
        },
        { op: 'add', path: `${ENTERPRISE}:department`, value: 'Depot' },
      ),
    )
  })

  it('write extension attributes as full names within the merged object', () => {
    const changes = [
      change('replace', 'displayName', 'Mira Holt-Lie'),
      change('replace', `${ENTERPRISE}:employeeNumber`, 'E-2042'),
    ]

    expect(encodeUserPatch(changes, 'compliant')).toEqual(
      request({
        op: 'replace',
        value: { displayName: 'Mira Holt-Lie', [`${ENTERPRISE}:employeeNumber`]: 'E-2042' },
      }),
    )
  })

  it('disable with a real boolean and keep the path of a single change', () => {
    expect(encodeUserPatch([change('replace', 'active', false)], 'compliant')).toEqual(
      request({ op: 'replace', path: 'active', value: false }),
    )
  })

  it('rename a group without a path', () => {
    expect(encodeGroupPatch([change('replace', 'displayName', 'Quay crew')], 'compliant')).toEqual(
      request({ op: 'replace', value: { displayName: 'Quay crew' } }),
    )
  })

  it('remove each member by a path of its own', () => {
    expect(encodeRemoveMembers(['u1', 'u2'], 'compliant')).toEqual(
      request(
        { op: 'remove', path: 'members[value eq "u1"]' },
        { op: 'remove', path: 'members[value eq "u2"]' },
      ),
    )
    expect(encodeAddMembers(['u1'], 'compliant')).toEqual(
      request({ op: 'add', path: 'members', value: [{ value: 'u1' }] }),
    )
  })
})

const blob = (role: 'Admin' | 'User'): unknown => ({
  value: `{"id":"${APP_ROLE_IDS[role]}","value":"${role}","displayName":"${role}"}`,
})

describe('app roles', () => {
  it.each([
    ['none', ['Admin'], []],
    ['single', ['Admin'], [{ primary: true, type: ROLE_TYPE, value: 'Admin' }]],
    ['singleJson', ['Admin'], [{ primary: true, type: ROLE_TYPE, value: 'Admin' }]],
    [
      'complex',
      ['Admin', 'User'],
      [
        { primary: false, type: ROLE_TYPE, displayName: 'Admin', value: 'Admin' },
        { primary: false, type: ROLE_TYPE, displayName: 'User', value: 'User' },
      ],
    ],
    ['assertive', ['User'], [{ primary: false, type: ROLE_TYPE, display: 'User', value: 'User' }]],
    ['assertive', [], []],
  ] as const)('in mode %s, %j are created as documented', (mode, roles, expected) => {
    const body: Record<string, unknown> = {}
    writeRoles(body, mode, roles)

    expect(body.roles).toEqual(expected)
  })

  const adminOnly = { roles: [{ primary: true, type: ROLE_TYPE, value: 'Admin' }] }

  it.each([
    ['single', ['Admin'], {}, { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' }],
    ['single', ['User'], adminOnly, { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'User' }],
    ['singleJson', ['Admin'], {}, { op: 'Add', path: 'roles', value: [blob('Admin')] }],
    [
      'complex',
      ['Admin', 'User'],
      adminOnly,
      { op: 'Add', path: 'roles', value: [blob('Admin'), blob('User')] },
    ],
    [
      'assertive',
      ['User'],
      adminOnly,
      {
        op: 'Replace',
        path: 'roles',
        value: [{ primary: false, type: ROLE_TYPE, display: 'User', value: 'User' }],
      },
    ],
    ['assertive', [], adminOnly, { op: 'Replace', path: 'roles', value: [] }],
  ] as const)('in mode %s, a change to %j is patched as documented', (mode, roles, resource, operation) => {
    const changed = changeOfRoles(mode, roles, resource)

    expect(encodeUserPatch(changed === null ? [] : [changed], 'legacy')).toEqual(request(operation))
  })

  it.each([
    ['none', ['User'], adminOnly],
    ['single', ['Admin'], adminOnly],
    ['single', [], adminOnly],
    ['complex', ['Admin'], { roles: [blob('Admin')] }],
    ['complex', [], adminOnly],
    ['assertive', ['Admin'], adminOnly],
    ['assertive', [], {}],
  ] as const)('in mode %s, %j needs no change, or cannot say so', (mode, roles, resource) => {
    expect(changeOfRoles(mode, roles, resource)).toBeNull()
  })
})
