import type { JSX } from 'preact'
import { ROLES } from '../kernel/roles.ts'
import type { PersonLine } from '../scim/people.ts'
import { Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import {
  DataTable,
  ActiveTag,
  ConnectorField,
  Empty,
  Moment,
  NextLink,
  SelectField,
  type ConnectorChoice,
} from './parts.tsx'

export interface PeopleList {
  readonly chrome: Chrome
  readonly choices: readonly ConnectorChoice[]
  readonly connector: string
  readonly text: string
  readonly state: string
  readonly role: string
  readonly people: readonly PersonLine[]
  /** Of the next page. */
  readonly next: string | undefined
}

/** Everybody of a connector, or whom somebody looks for. */
export function peoplePage(list: PeopleList): string {
  return toHtml(<PeoplePage {...list} />)
}

const STATES = [
  { value: '', label: 'Any state' },
  { value: 'active', label: 'Active' },
  { value: 'inactive', label: 'Inactive' },
  { value: 'deleted', label: 'Deleted (30 days)' },
]
const ROLE_CHOICES = [
  { value: '', label: 'Any role' },
  ...ROLES.map((role) => ({ value: role, label: role })),
  { value: 'none', label: 'No role (apps only)' },
]

function PeoplePage(list: PeopleList): JSX.Element {
  const { chrome, connector, people, next } = list
  return (
    <Portal title="Users" chrome={chrome} current="/users">
      <h1>Users</h1>
      <p class="lead">
        People whom Azure Active Directory has provisioned.{' '}
        <a href={`/groups?connector=${connector}`}>Groups</a>
      </p>
      <section class="panel">
        <SearchForm {...list} />
        {people.length === 0 ? (
          <Empty>
            {next === undefined ? 'Nobody is found.' : 'Nobody so far. The search goes on below.'}
          </Empty>
        ) : (
          <PeopleTable connector={connector} people={people} />
        )}
        <NextLink href={next} label={people.length === 0 ? 'Search on' : 'Next page'} />
      </section>
    </Portal>
  )
}

function SearchForm({ choices, connector, text, state, role }: PeopleList): JSX.Element {
  return (
    <form class="filters" method="get" action="/users" role="search">
      <div class="wide">
        <label for="q">Search</label>
        <input
          id="q"
          type="search"
          name="q"
          value={text}
          placeholder="User name, e-mail, or how a name begins"
        />
      </div>
      <SelectField name="state" label="State" options={STATES} chosen={state} />
      <SelectField name="role" label="Access Role" options={ROLE_CHOICES} chosen={role} />
      <ConnectorField choices={choices} chosen={connector} />
      <button class="button">Search</button>
    </form>
  )
}

function PeopleTable({ connector, people }: Pick<PeopleList, 'connector' | 'people'>): JSX.Element {
  return (
    <DataTable label="Users" columns={['Name', 'E-mail', 'Access Role', 'State', 'Last sign-in']}>
      {people.map((person) => (
        <tr key={person.id}>
          <td>
            <a href={`/users/${connector}/${person.id}`}>{person.name}</a>
            <div class="soft">{person.userName}</div>
          </td>
          <td>{person.email ?? '–'}</td>
          <td>{person.role ?? <span class="soft">Apps only</span>}</td>
          <td>
            <ActiveTag active={person.active} />
          </td>
          <td>
            {person.lastSignIn === undefined ? (
              <span class="soft">Never</span>
            ) : (
              <Moment at={person.lastSignIn} />
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
