import type { JSX } from 'preact'
import { roleHint } from '../kernel/capabilities.ts'
import type { DeletedPerson, PersonGrant, PersonPage, PresentPerson } from '../scim/person-page.ts'
import { ActivityList, type ActivityLine } from './activity-list.tsx'
import { Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import { DataTable, ActionForm, ActiveTag, Empty, Moment } from './parts.tsx'

export interface PersonView {
  readonly chrome: Chrome
  readonly csrf: string
  readonly connector: string
  readonly person: PersonPage
  /** What the person behind the browser may do here. */
  readonly can: { readonly manage: boolean; readonly restore: boolean; readonly purge: boolean }
  /** `undefined` for who may not see it. */
  readonly activity: readonly ActivityLine[] | undefined
  readonly notice: Notice | undefined
}

export interface Notice {
  readonly isGood: boolean
  readonly sentence: string
}

/** "Edit User": everything about one person. */
export function personPage(view: PersonView): string {
  return toHtml(<OnePerson {...view} />)
}

function OnePerson(view: PersonView): JSX.Element {
  const { chrome, connector, person, notice, activity } = view
  const { state } = person
  return (
    <Portal title={`Edit User: ${person.name}`} chrome={chrome} current="/users">
      <p class="crumb">
        <a href={`/users?connector=${connector}`}>Users</a>
      </p>
      <h1>{person.name}</h1>
      <p class="row badge">
        <span class="soft">{person.userName}</span>
        {state.kind === 'deleted' ? (
          <span class="tag bad">Deleted</span>
        ) : (
          <ActiveTag active={state.kind === 'active'} />
        )}
      </p>
      {notice === undefined ? null : (
        <p class={notice.isGood ? 'good-news' : 'notice'} role="status">
          {notice.sentence}
        </p>
      )}
      {state.kind === 'deleted' ? <Deleted view={view} state={state} /> : <Role state={state} />}
      <Fields person={person} />
      {state.kind === 'deleted' ? null : (
        <>
          <SignIn view={view} state={state} />
          <Groups connector={connector} state={state} />
        </>
      )}
      {activity === undefined ? null : (
        <section class="panel">
          <h2>Recent activity</h2>
          {activity.length === 0 ? <Empty>Nothing yet.</Empty> : <ActivityList lines={activity} />}
        </section>
      )}
    </Portal>
  )
}

function Role({ state }: { readonly state: PresentPerson }): JSX.Element {
  return (
    <section class="panel">
      <h2>Access Role</h2>
      <p class="badge">
        <span class="role">{state.role ?? 'None: apps only'}</span>
      </p>
      <p>{roleHint(state.role)}</p>
      <p class="soft">
        The role comes from the app role that the person holds in the enterprise application. It is changed
        there.
      </p>
    </section>
  )
}

function Fields({ person }: { readonly person: PersonPage }): JSX.Element {
  const { state } = person
  const isPlatforms = state.kind !== 'deleted' && state.managedBy === 'platform'
  return (
    <section class="panel">
      <h2>Profile</h2>
      <p class="lead">
        {isPlatforms
          ? 'Read-only here: the platform manages this account until Azure Active Directory matches it.'
          : 'Read-only here: managed by Azure Active Directory. Change these in Entra, and the next cycle brings them.'}
      </p>
      <dl class="fields">
        {person.fields.map(({ path, label, value }) => (
          <div key={path}>
            <dt title={path}>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {state.kind === 'deleted' ? null : (
          <>
            <div>
              <dt>Created</dt>
              <dd>
                <Moment at={state.created} />
              </dd>
            </div>
            <div>
              <dt>Changed</dt>
              <dd>
                <Moment at={state.modified} />
              </dd>
            </div>
          </>
        )}
      </dl>
    </section>
  )
}

function SignIn(props: { readonly view: PersonView; readonly state: PresentPerson }): JSX.Element {
  const { view, state } = props
  const { csrf, can } = view
  const path = pathOf(view)
  return (
    <section class="panel">
      <h2>Sign-in</h2>
      <dl class="fields">
        <div>
          <dt>Last sign-in</dt>
          <dd>{state.lastSignIn === undefined ? 'Never' : <Moment at={state.lastSignIn} />}</dd>
        </div>
        <div>
          <dt>Linked to the person in Entra with the object id</dt>
          <dd>{state.link === undefined ? 'Nobody yet: the first sign-in links' : state.link.objectId}</dd>
        </div>
      </dl>
      <h3>Apps</h3>
      <Grants view={view} state={state} />
      {can.manage ? (
        <div class="row">
          <ActionForm path={path} csrf={csrf} action="sign-out" label="Sign out everywhere" />
          {state.link === undefined ? null : (
            <ActionForm path={path} csrf={csrf} action="unlink" label="Unlink sign-in" />
          )}
          {state.kind === 'inactive' && state.holdsEmail ? (
            <ActionForm path={path} csrf={csrf} action="free-email" label="Free the e-mail address" />
          ) : null}
        </div>
      ) : null}
    </section>
  )
}

function Grants(props: { readonly view: PersonView; readonly state: PresentPerson }): JSX.Element {
  const { view, state } = props
  if (state.grants.length === 0) return <p class="soft">Not signed in to any app.</p>
  return (
    <DataTable label="Apps" columns={['App', 'Since', 'Until', <span class="sr">What to do</span>]}>
      {state.grants.map((grant) => (
        <Grant key={grant.id} view={view} grant={grant} />
      ))}
    </DataTable>
  )
}

function Grant(props: { readonly view: PersonView; readonly grant: PersonGrant }): JSX.Element {
  const { view, grant } = props
  return (
    <tr>
      <td>{grant.clientId}</td>
      <td>
        <Moment at={grant.since} />
      </td>
      <td>
        <Moment at={grant.expires} />
      </td>
      <td>
        {view.can.manage ? (
          <ActionForm path={pathOf(view)} csrf={view.csrf} action="end-grant" label="End" grant={grant.id} />
        ) : null}
      </td>
    </tr>
  )
}

function Groups(props: { readonly connector: string; readonly state: PresentPerson }): JSX.Element {
  const { connector, state } = props
  return (
    <section class="panel">
      <h2>Groups</h2>
      {state.groups.length === 0 ? (
        <Empty>In no group.</Empty>
      ) : (
        <ul>
          {state.groups.map(({ id, name }) => (
            <li key={id}>
              <a href={`/groups/${connector}/${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      )}
      {state.hasMoreGroups ? <p class="soft">And more, which are not shown.</p> : null}
    </section>
  )
}

function Deleted(props: { readonly view: PersonView; readonly state: DeletedPerson }): JSX.Element {
  const { view, state } = props
  const { csrf, can } = view
  const path = pathOf(view)
  return (
    <section class="panel">
      <h2>Deleted</h2>
      <p>
        Deleted on <Moment at={state.deletedAt} />, when in {state.groups} groups. It is gone for good on{' '}
        <Moment at={state.purgedAt} />.
      </p>
      {can.restore ? <ActionForm path={path} csrf={csrf} action="restore" label="Restore" /> : null}
      {can.purge ? (
        <details>
          <summary>Purge for good</summary>
          <p>This takes the profile and the person’s own log away at once. Nothing brings them back.</p>
          <ActionForm path={path} csrf={csrf} action="purge" label="Purge now" />
        </details>
      ) : null}
    </section>
  )
}

const pathOf = ({ connector, person }: PersonView): string => `/users/${connector}/${person.id}`
