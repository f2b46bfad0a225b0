import type { JSX } from 'preact'
import type { GroupLine, GroupPage } from '../scim/group-page.ts'
import { Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import {
  DataTable,
  ActiveTag,
  ConnectorField,
  Empty,
  Moment,
  NextLink,
  type ConnectorChoice,
} from './parts.tsx'

export interface GroupList {
  readonly chrome: Chrome
  readonly choices: readonly ConnectorChoice[]
  readonly connector: string
  readonly text: string
  readonly groups: readonly GroupLine[]
  /** Of the next page. */
  readonly next: string | undefined
}

/** The groups of a connector. */
export function groupsPage(list: GroupList): string {
  return toHtml(<GroupsPage {...list} />)
}

function GroupsPage({ chrome, choices, connector, text, groups, next }: GroupList): JSX.Element {
  return (
    <Portal title="Groups" chrome={chrome} current="/users">
      <h1>Groups</h1>
      <p class="lead">
        Groups that Azure Active Directory has provisioned.{' '}
        <a href={`/users?connector=${connector}`}>Users</a>
      </p>
      <section class="panel">
        <form class="filters" method="get" action="/groups" role="search">
          <div class="wide">
            <label for="q">Search</label>
            <input id="q" type="search" name="q" value={text} placeholder="The whole name of a group" />
          </div>
          <ConnectorField choices={choices} chosen={connector} />
          <button class="button">Search</button>
        </form>
        {groups.length === 0 ? (
          <Empty>No group is found.</Empty>
        ) : (
          <GroupTable connector={connector} groups={groups} />
        )}
        <NextLink href={next} label="Next page" />
      </section>
    </Portal>
  )
}

function GroupTable({ connector, groups }: Pick<GroupList, 'connector' | 'groups'>): JSX.Element {
  return (
    <DataTable label="Groups" columns={['Name', 'Changed']}>
      {groups.map(({ id, name, modified }) => (
        <tr key={id}>
          <td>
            <a href={`/groups/${connector}/${id}`}>{name}</a>
          </td>
          <td>
            <Moment at={modified} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}

export interface GroupView {
  readonly chrome: Chrome
  readonly connector: string
  readonly group: GroupPage
  /** Of the next page of members. */
  readonly next: string | undefined
}

/** A group with a page of its members. */
export function groupPage(view: GroupView): string {
  return toHtml(<OneGroup {...view} />)
}

function OneGroup({ chrome, connector, group, next }: GroupView): JSX.Element {
  const isEmpty = group.members.length === 0
  return (
    <Portal title={group.name} chrome={chrome} current="/users">
      <p class="crumb">
        <a href={`/groups?connector=${connector}`}>Groups</a>
      </p>
      <h1>{group.name}</h1>
      <p class="lead">Managed by Azure Active Directory: who is in it is changed there.</p>
      <section class="panel">
        <h2>Members</h2>
        {isEmpty ? (
          <Empty>Nobody is here.</Empty>
        ) : (
          <MemberTable connector={connector} members={group.members} />
        )}
        <NextLink href={next} label="More members" />
      </section>
    </Portal>
  )
}

function MemberTable(props: {
  readonly connector: string
  readonly members: GroupPage['members']
}): JSX.Element {
  const { connector, members } = props
  return (
    <DataTable label="Members" columns={['Name', 'State']}>
      {members.map(({ id, kind, name, userName, active }) => (
        <tr key={id}>
          <td>
            <a href={`/${kind === 'User' ? 'users' : 'groups'}/${connector}/${id}`}>{name}</a>
            {userName === undefined ? null : <div class="soft">{userName}</div>}
          </td>
          <td>{kind === 'User' ? <ActiveTag active={active} /> : <span class="tag">Group</span>}</td>
        </tr>
      ))}
    </DataTable>
  )
}
