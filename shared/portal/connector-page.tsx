import { DataTable } from './parts.tsx'
import type { JSX } from 'preact'
import { hrefOf, SCRIPT } from './assets.ts'
import { Csrf, Portal, type Chrome } from './chrome.tsx'
import { Fields, type ConnectorFields, type FieldName } from './connector-fields.tsx'
import { toHtml } from './layout.tsx'
import { Time } from './time.tsx'

interface ConnectorView {
  readonly chrome: Chrome
  readonly csrf: string
  readonly path: string
  readonly isLocked: boolean
  readonly mayChange: boolean
  readonly plan: 'standard' | 'enterprise'
  readonly salesContact: string
  readonly scim: { readonly url: string; readonly userName: string; readonly password: string | undefined }
  readonly secrets: readonly {
    readonly id: string
    readonly lastFour: string
    readonly createdAt: string
    readonly lastUsedAt?: string
  }[]
  readonly confirm: string | undefined
  readonly redirectUris: { readonly app: string; readonly web: string }
  readonly marks: Readonly<Partial<Record<string, string>>>
  readonly oidc: {
    readonly isActive: boolean
    readonly hasDraft: boolean
    readonly hasSecret: boolean
    readonly lastTest:
      { readonly platform: string; readonly at: string; readonly reason?: string } | undefined
  }
  readonly fields: ConnectorFields
  readonly errors: Readonly<Partial<Record<FieldName, string>>>
  readonly requirable: readonly string[]
}

const MARKS = [
  ['testConnection', 'Test Connection seen'],
  ['firstUser', 'First user provisioned'],
  ['firstGroup', 'Groups provisioned'],
  ['roles', 'Roles arriving'],
  ['objectIds', 'Object ids mapped'],
] as const

/** A connector: what goes into Entra, what comes from there, and how far things got. */
export function connectorPage(view: ConnectorView): string {
  return toHtml(<ConnectorPage {...view} />)
}

function ConnectorPage(view: ConnectorView): JSX.Element {
  const { chrome, plan, salesContact } = view
  return (
    <Portal title="Azure Active Directory" chrome={chrome} current="/setup/organization">
      <p class="crumb">
        <a href="/setup/organization">Organization Setup</a>
      </p>
      <h1>Azure Active Directory</h1>
      <p class="lead">Provisioning and sign-in by your Microsoft Entra ID.</p>
      {plan === 'enterprise' ? null : (
        <p class="notice">
          <strong>This connector works, and cannot be changed.</strong> Changing it is part of the Enterprise
          Edition plan; ask {salesContact}.
        </p>
      )}
      <Scim {...view} />
      <SignIn {...view} />
      <Progress {...view} />
      <script src={hrefOf(SCRIPT)} defer />
    </Portal>
  )
}

function Value({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code class="value" data-copy={label}>
          {text}
        </code>
      </dd>
    </div>
  )
}

function Scim(view: ConnectorView): JSX.Element {
  const { scim, secrets, csrf, path, isLocked } = view
  return (
    <section class="panel">
      <h2>Provisioning</h2>
      <p class="lead">Copy these into Provisioning of your enterprise application in Entra.</p>
      {scim.password === undefined ? null : (
        <p class="good-news">
          <strong>Copy the password now.</strong> It is shown this once and cannot be read again.
        </p>
      )}
      <dl class="values">
        <Value label="SCIM URL" text={scim.url} />
        <Value label="User Name" text={scim.userName} />
        {scim.password === undefined ? null : <Value label="Password" text={scim.password} />}
      </dl>
      <Passwords {...view} />
      {isLocked || secrets.length > 1 ? null : (
        <form method="post" action={path}>
          <Csrf token={csrf} />
          <button class="button quiet" name="do" value="rotate">
            Make another password
          </button>
        </form>
      )}
    </section>
  )
}

function Passwords({ secrets, csrf, path, confirm, mayChange }: ConnectorView): JSX.Element {
  if (secrets.length === 0) return <p class="empty">There is no password: Entra cannot provision.</p>
  return (
    <DataTable label="Passwords" columns={['Password', 'Made', 'Last used', 'Change']}>
      {secrets.map(({ id, lastFour, createdAt, lastUsedAt }) => (
        <tr key={id}>
          <td>
            <code>{`••••${lastFour}`}</code>
          </td>
          <td>
            <Time at={createdAt} />
          </td>
          <td>{lastUsedAt === undefined ? 'Never' : <Time at={lastUsedAt} />}</td>
          <td>{mayChange ? <Revoke isAsked={confirm === id} {...{ id, csrf, path }} /> : '–'}</td>
        </tr>
      ))}
    </DataTable>
  )
}

interface RevokeView {
  readonly id: string
  readonly csrf: string
  readonly path: string
  /** Whether it was asked for already, and the password was in use. */
  readonly isAsked: boolean
}

function Revoke({ id, csrf, path, isAsked }: RevokeView): JSX.Element {
  return (
    <form method="post" action={path}>
      <Csrf token={csrf} />
      {isAsked ? <input type="hidden" name="confirm" value={id} /> : null}
      {isAsked ? (
        <p class="error" role="alert">
          Entra has used this password within two hours.
        </p>
      ) : null}
      <button class="button quiet small" name="do" value={`revoke:${id}`}>
        {isAsked ? 'Revoke it all the same' : 'Revoke'}
      </button>
    </form>
  )
}

function SignIn(view: ConnectorView): JSX.Element {
  const { redirectUris, oidc, csrf, path, isLocked, fields, errors, requirable } = view
  return (
    <section class="panel">
      <h2>Sign-in</h2>
      <p class="lead">
        Add both addresses in Authentication of your app registration, each as the platform it is for.
      </p>
      <dl class="values">
        <Value label="Login Redirect URI 1: Public client (mobile & desktop)" text={redirectUris.app} />
        <Value label="Login Redirect URI 2: Web" text={redirectUris.web} />
      </dl>
      {oidc.hasDraft ? (
        <p class="notice">
          These settings wait for a test. People sign in with them once Test sign-in has succeeded.
        </p>
      ) : null}
      <form method="post" action={path}>
        <Csrf token={csrf} />
        <fieldset disabled={isLocked}>
          <Fields hasSecret={oidc.hasSecret} {...{ fields, errors, requirable }} />
          <button class="button" name="do" value="save">
            Save
          </button>
        </fieldset>
      </form>
      {isLocked || !(oidc.isActive || oidc.hasDraft) ? null : (
        <form method="post" action={path} class="row">
          <Csrf token={csrf} />
          <button class="button quiet" name="do" value="test:web">
            Test sign-in
          </button>
          <button class="button quiet" name="do" value="test:app">
            Test app sign-in
          </button>
        </form>
      )}
    </section>
  )
}

function Progress({ marks, oidc: { isActive, lastTest } }: ConnectorView): JSX.Element {
  return (
    <section class="panel">
      <h2>How far things are</h2>
      <ul class="steps">
        {MARKS.map(([mark, label]) => (
          <li key={mark} class={marks[mark] === undefined ? 'open' : 'done'}>
            <span>
              {label}
              {marks[mark] === undefined ? ': not yet' : <Seen at={marks[mark]} />}
            </span>
          </li>
        ))}
        <li class={isActive ? 'done' : 'open'}>{isActive ? 'Web sign-in tested' : 'Web sign-in: not yet'}</li>
      </ul>
      {lastTest === undefined ? null : (
        <p class="soft">
          {`Last test (${lastTest.platform}): ${lastTest.reason ?? 'succeeded'}, `}
          <Time at={lastTest.at} />
        </p>
      )}
    </section>
  )
}

function Seen({ at }: { readonly at: string }): JSX.Element {
  return (
    <span class="soft">
      {' '}
      <Time at={at} />
    </span>
  )
}
