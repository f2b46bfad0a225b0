import { describe, expect, it } from 'vitest'
import { createDirectory } from '../../local/entra/directory.ts'
import type { DirectoryUser } from '../../local/entra/directory.ts'
import { diff, groupMappings, newGroupBody, newUserBody, userMappings } from '../../local/entra/mapping.ts'
import { parseTargetPath, readTarget, writeTarget } from '../../local/entra/target-path.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const MIRA: DirectoryUser = {
  objectId: '6f0b6f1e-0000-4000-8000-000000000001',
  userPrincipalName: 'mira.holt@fjordworks.example',
  mail: 'Mira.Holt@fjordworks.example',
  mailNickname: 'mira.holt',
  givenName: 'Mira',
  surname: 'Holt',
  displayName: 'Mira Holt',
  preferredLanguage: 'nb-NO',
  jobTitle: 'Planner',
  department: 'Logistics',
  employeeId: 'E-1042',
  telephoneNumber: '+47 55 00 00 01',
  mobile: '+47 900 00 001',
  facsimileTelephoneNumber: null,
  physicalDeliveryOfficeName: 'B-204',
  streetAddress: 'Kai 7',
  city: 'Bergen',
  state: 'Vestland',
  postalCode: '5003',
  country: 'NO',
  managerId: 'somebody',
  accountEnabled: true,
  assigned: true,
  appRoles: [],
  deleted: 'no',
  version: 1,
}

const resource = (): Record<string, unknown> => ({ ...newUserBody(userMappings(), active(MIRA)), id: 'u1' })
const active = (user: DirectoryUser) => ({ user, isSoftDeleted: false })

describe('the mapping of users', () => {
  it('makes the body of a new user, without null values and without the manager', () => {
    expect(newUserBody(userMappings(), active(MIRA))).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      externalId: MIRA.objectId,
      userName: 'mira.holt@fjordworks.example',
      active: true,
      displayName: 'Mira Holt',
      title: 'Planner',
      preferredLanguage: 'nb-NO',
      name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Holt' },
      emails: [{ primary: true, type: 'work', value: 'Mira.Holt@fjordworks.example' }],
      phoneNumbers: [
        { primary: true, type: 'work', value: '+47 55 00 00 01' },
        { type: 'mobile', value: '+47 900 00 001' },
      ],
      addresses: [
        {
          primary: false,
          type: 'work',
          formatted: 'B-204',
          streetAddress: 'Kai 7',
          locality: 'Bergen',
          region: 'Vestland',
          postalCode: '5003',
          country: 'NO',
        },
      ],
      meta: { resourceType: 'User' },
      [ENTERPRISE]: { employeeNumber: 'E-1042', department: 'Logistics' },
    })
  })

  it('takes the user principal name as e-mail address of a user without a mailbox', () => {
    const body = newUserBody(userMappings(), active({ ...MIRA, mail: null }))

    expect(body.emails).toEqual([{ primary: true, type: 'work', value: 'mira.holt@fjordworks.example' }])
  })

  it('sends no e-mail address at all with the template’s own mapping of a null mail', () => {
    const body = newUserBody(userMappings({ email: 'mail' }), active({ ...MIRA, mail: null }))

    expect(body).not.toHaveProperty('emails')
  })

  it('can take the mail nickname as external id', () => {
    const body = newUserBody(userMappings({ externalId: 'mailNickname' }), active(MIRA))

    expect(body.externalId).toBe('mira.holt')
  })
})

describe('the difference between a user and its resource', () => {
  it('is empty when the target gives back what it got', () => {
    expect(diff(userMappings(), active(MIRA), resource())).toEqual([])
  })

  it.each([
    ['letter case', 'displayName', 'mira holt', { op: 'replace', path: 'displayName', value: 'Mira Holt' }],
    ['a missing value', 'title', undefined, { op: 'add', path: 'title', value: 'Planner' }],
    ['a null', 'title', null, { op: 'add', path: 'title', value: 'Planner' }],
    ['a boolean as text', 'active', 'True', { op: 'replace', path: 'active', value: true }],
    [
      'a missing element',
      'emails',
      [{ type: 'home', value: 'Mira.Holt@fjordworks.example' }],
      { op: 'add', path: 'emails[type eq "work"].value', value: 'Mira.Holt@fjordworks.example' },
    ],
    [
      'an extension value',
      ENTERPRISE,
      { employeeNumber: 'E-1042', department: 'Depot' },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Logistics' },
    ],
  ])('sees %s', (_, attribute, value, change) => {
    const changes = diff(userMappings(), active(MIRA), { ...resource(), [attribute]: value })

    expect(changes).toEqual([expect.objectContaining(change)])
  })

  it('never clears: a null in the source leaves the old value in the target', () => {
    expect(diff(userMappings(), active({ ...MIRA, jobTitle: null, mobile: null }), resource())).toEqual([])
  })
})

describe('the mapping of groups', () => {
  it('makes the body of a new group with Microsoft’s own schema and an empty list of members', () => {
    const [group] = Object.values(createDirectory({ users: 3, groups: 1 }).groups)
    if (group === undefined) throw new Error('no group')

    expect(newGroupBody(groupMappings(), group)).toEqual({
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: group.objectId,
      displayName: group.displayName,
      members: [],
      meta: { resourceType: 'Group' },
    })
  })
})

describe('a target path', () => {
  it.each([
    ['userName', { userName: 'x' }],
    ['name.givenName', { name: { givenName: 'x' } }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.givenName', { name: { givenName: 'x' } }],
    ['roles[primary eq "True"].value', { roles: [{ primary: true, value: 'x' }] }],
    ['addresses[type eq "work"].locality', { addresses: [{ primary: false, type: 'work', locality: 'x' }] }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'x' } }],
    [
      'urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge',
      { 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: 'x' } },
    ],
  ])('%s is written where it is read', (text, expected) => {
    const path = parseTargetPath(text)
    const body = {}
    writeTarget(body, path, 'x')

    expect(body).toEqual(expected)
    expect(readTarget(body, path)).toBe('x')
  })
})
