import { DataTable } from './parts.tsx'
import type { JSX } from 'preact'
import { Csrf, Portal, type Chrome } from './chrome.tsx'
import { toHtml } from './layout.tsx'
import { Time } from './time.tsx'

interface ConnectorLine {
  readonly id: string
  readonly href: string
  readonly isEnabled: boolean
  readonly created: string
  readonly lastRequest: string | undefined
  readonly signIn: 'none' | 'draft' | 'active'
}

interface OrganizationView {
  readonly chrome: Chrome
  readonly csrf: string
  readonly path: string
  readonly name: string
  readonly nameError: string | undefined
  readonly plan: 'standard' | 'enterprise'
  readonly salesContact: string
  readonly nextNumber: number
  readonly mayChange: boolean
  readonly connectors: readonly ConnectorLine[]
}

const SIGN_IN = {
  none: ['', 'Not set up'],
  draft: ['bad', 'Waits for a test'],
  active: ['good', 'Active'],
} as const

/** An organization's name, plan and connectors. */
export function organizationPage(view: OrganizationView): string {
  return toHtml(<OrganizationPage {...view} />)
}

function OrganizationPage(view: OrganizationView): JSX.Element {
  const { chrome, csrf, path, plan, mayChange } = view
  return (
    <Portal title="Organization Setup" chrome={chrome} current={path}>
      <h1>Organization Setup</h1>
      <p class="lead">How your organization is called, and how its people get in.</p>
      <form method="post" action={path}>
        <Csrf token={csrf} />
        <input type="hidden" name="next" value={String(view.nextNumber)} />
        <section class="panel">
          <h2>Organization</h2>
          <NameField {...view} />
          <p class="soft">
            Plan: <span class="tag">{plan === 'enterprise' ? 'Enterprise Edition' : 'Standard'}</span>
          </p>
          {mayChange ? <button class="button">Save</button> : null}
        </section>
        <section class="panel">
          <h2>External User Authentication &amp; Provisioning</h2>
          <p class="lead">
            Microsoft Entra ID keeps people and groups up to date here, and signs them in with their accounts
            at work.
          </p>
          <Connectors connectors={view.connectors} />
          <AddConnector {...view} />
        </section>
      </form>
    </Portal>
  )
}

function NameField({ name, nameError, mayChange }: OrganizationView): JSX.Element {
  return (
    <div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        type="text"
        value={name}
        maxLength={200}
        required
        readOnly={!mayChange}
        {...(nameError === undefined ? {} : { 'aria-invalid': 'true', 'aria-describedby': 'name-error' })}
      />
      {nameError === undefined ? null : (
        <span class="error" id="name-error">
          {nameError}
        </span>
      )}
    </div>
  )
}

function Connectors({ connectors }: Pick<OrganizationView, 'connectors'>): JSX.Element {
  if (connectors.length === 0) return <p class="empty">There is no connector yet.</p>
  return (
    <DataTable label="Connectors" columns={['Connector', 'State', 'Sign-in', 'Last request of Entra']}>
      {connectors.map(({ id, href, isEnabled, signIn, lastRequest }) => (
        <tr key={id}>
          <td>
            <a href={href}>Azure Active Directory</a>
            <br />
            <span class="soft">{id}</span>
          </td>
          <td>
            <span class={isEnabled ? 'tag good' : 'tag bad'}>{isEnabled ? 'Enabled' : 'Disabled'}</span>
          </td>
          <td>
            <span class={`tag ${SIGN_IN[signIn][0]}`}>{SIGN_IN[signIn][1]}</span>
          </td>
          <td>{lastRequest === undefined ? 'None yet' : <Time at={lastRequest} />}</td>
        </tr>
      ))}
    </DataTable>
  )
}

function AddConnector({ plan, salesContact, mayChange }: OrganizationView): JSX.Element | null {
  if (plan === 'standard')
    return (
      <p class="notice">
        <strong>This section is part of the Enterprise Edition plan.</strong> Connectors that are there go on
        working, and cannot be changed. To add one, ask {salesContact}.
      </p>
    )
  if (!mayChange) return null
  return (
    <>
      <h3>Add Connector</h3>
      <div class="row">
        <button class="button quiet" name="add" value="entra">
          Azure Active Directory
        </button>
      </div>
      <p class="soft">Microsoft Entra ID, as it is called today. Saves this page and opens the connector.</p>
    </>
  )
}
