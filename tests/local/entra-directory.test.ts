import { describe, expect, it } from 'vitest'
import { createDirectory, growDirectory, listGroups, listUsers } from '../../local/entra/directory.ts'
import { findUserByName, hardDeleteUser, renameUser } from '../../local/entra/directory-changes.ts'
import { toQuery } from '../../local/entra/scim-client.ts'

function withoutMail(wanted: number): number {
  const directory = createDirectory({ users: 20, groups: 0, withoutMail: wanted })
  return listUsers(directory).filter((user) => user.mail === null).length
}

describe('an invented directory', () => {
  it('is the same for the same seed, and another one for another', () => {
    const size = { users: 40, groups: 4 }

    expect(createDirectory({ ...size, seed: 7 })).toEqual(createDirectory({ ...size, seed: 7 }))
    expect(createDirectory({ ...size, seed: 8 })).not.toEqual(createDirectory({ ...size, seed: 7 }))
  })

  it('has unique user names and addresses, and names of many scripts', () => {
    const users = listUsers(createDirectory({ users: 2_000, groups: 0 }))

    expect(new Set(users.map((user) => user.userPrincipalName.toLowerCase())).size).toBe(2_000)
    expect(new Set(users.map((user) => user.mail?.toLowerCase())).size).toBe(2_000)
    const names = users.map((user) => user.displayName).join(' ')
    for (const script of [
      /['’]/,
      /-/,
      /[éü]/,
      /\p{sc=Han}/u,
      /\p{sc=Arabic}/u,
      /\p{sc=Greek}/u,
      /\p{sc=Hang}/u,
    ])
      expect(names).toMatch(script)
    expect(users.some((user) => user.userPrincipalName.includes("'"))).toBe(true)
  })

  it('has every app role, and users without one', () => {
    const users = listUsers(createDirectory({ users: 200, groups: 0 }))

    expect(new Set(users.map((user) => user.appRoles[0]))).toEqual(
      new Set(['EnterpriseAdmin', 'Admin', 'User', 'ReadOnly', undefined]),
    )
  })

  it('has managers who are users, and never in a circle', () => {
    const { users } = createDirectory({ users: 100, groups: 0 })

    for (const user of Object.values(users)) {
      let steps = 0
      for (let above = user.managerId; above !== null; steps++) above = users[above]?.managerId ?? null
      expect(steps).toBeLessThan(100)
    }
    expect(Object.values(users).filter((user) => user.managerId === null)).toHaveLength(1)
  })

  it('has users without a mailbox only when asked for', () => {
    expect([withoutMail(0), withoutMail(3), withoutMail(20)]).toEqual([0, 3, 20])
  })

  it('grows as if it had been made that large, and never shrinks', () => {
    const grown = createDirectory({ users: 10, groups: 2 })
    growDirectory(grown, { users: 30, groups: 3 })
    const large = createDirectory({ users: 30, groups: 3 })

    const names = (directory: typeof grown): readonly string[] =>
      listUsers(directory).map((user) => `${user.objectId} ${user.userPrincipalName}`)
    const members = (directory: typeof grown): readonly (readonly string[])[] =>
      listGroups(directory).map((group) => group.memberIds.toSorted())
    expect(names(grown)).toEqual(names(large))
    expect(members(grown)).toEqual(members(large))
    growDirectory(grown, { users: 1, groups: 1 })
    expect(listUsers(grown)).toHaveLength(30)
  })

  it('takes a new version with every change', () => {
    const directory = createDirectory({ users: 2, groups: 0 })
    const { version } = directory
    const [first] = listUsers(directory)
    if (first === undefined) throw new Error('no user')
    renameUser(directory, first.objectId, 'Ada', 'Moss')

    expect(directory.version).toBe(version + 1)
    expect(directory.users[first.objectId]).toMatchObject({ displayName: 'Ada Moss', version: version + 1 })
  })

  it('finds users by name without letter case, unless they are gone', () => {
    const directory = createDirectory({ users: 2, groups: 0 })
    const [first] = listUsers(directory)
    if (first === undefined) throw new Error('no user')

    expect(findUserByName(directory, first.userPrincipalName.toUpperCase())).toBe(first)
    hardDeleteUser(directory, first.objectId)
    expect(findUserByName(directory, first.userPrincipalName)).toBeUndefined()
  })
})

describe('a query', () => {
  it.each([
    ['userName eq "ann smith@x.example"', '?filter=userName+eq+%22ann+smith%40x.example%22'],
    ['userName eq "a+b"', '?filter=userName+eq+%22a%2Bb%22'],
    ['emails[type eq "work"].value eq "x"', '?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22x%22'],
    ['displayName eq "R&D #EXT# 😀"', '?filter=displayName+eq+%22R%26D+%23EXT%23+%F0%9F%98%80%22'],
  ])('is encoded like a form: %s', (filter, expected) => {
    expect(toQuery({ query: { filter } })).toBe(expected)
  })

  it('can have its blanks as %20', () => {
    expect(toQuery({ query: { filter: 'userName eq "a+b c"' } }, '%20')).toBe(
      '?filter=userName%20eq%20%22a%2Bb%20c%22',
    )
  })
})
