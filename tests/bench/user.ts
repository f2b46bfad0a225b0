/** A user with what Entra maps by default. */
export function newUser(name: string): object {
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    externalId: name,
    userName: `${name}@x.example`,
    active: true,
    displayName: `Name ${name}`,
    title: 'Planner',
    name: { givenName: 'Given', familyName: `Family ${name}`, formatted: 'Given Family' },
    emails: [{ primary: true, type: 'work', value: `${name}@x.example` }],
    phoneNumbers: [{ type: 'work', value: '+47 55' }],
    addresses: [{ type: 'work', streetAddress: 'Kai 7', locality: 'Bergen', country: 'NO' }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Logistics' },
  }
}
