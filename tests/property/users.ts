import * as fc from 'fast-check'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { readResource } from '../../shared/scim/resource.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { finish } from '../support/finish.ts'

/** Few, so that values meet. */
export const word = fc.constantFrom('a', 'b', 'Work', 'x "y"', 'é')
const types = fc.constantFrom('work', 'home', 'other')

export const labelled = fc.record(
  { value: word, type: types, primary: fc.boolean() },
  { requiredKeys: ['value'] },
)
const address = fc.record({ type: types, locality: word, region: word }, { requiredKeys: ['locality'] })

/** What is stored of a user that was sent with these attributes. */
export const storedUsers: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      userName: word,
      title: word,
      active: fc.boolean(),
      name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
      emails: fc.uniqueArray(labelled, { maxLength: 3, selector: ({ value, type }) => `${value}${type}` }),
      phoneNumbers: fc.uniqueArray(labelled, {
        maxLength: 2,
        selector: ({ value, type }) => `${value}${type}`,
      }),
      addresses: fc.uniqueArray(address, {
        maxLength: 2,
        selector: ({ type, locality }) => `${type}${locality}`,
      }),
      roles: fc.array(fc.record({ value: word, primary: fc.boolean() }, { requiredKeys: ['value'] }), {
        maxLength: 3,
      }),
      [ENTERPRISE_USER]: fc.record(
        { department: word, manager: fc.record({ value: word }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['userName'] },
  )
  .map((user) => finish(readResource(USER_SCHEMA, user)).attributes)
