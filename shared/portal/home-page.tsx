import type { JSX } from 'preact'
import type { Role } from '../kernel/roles.ts'
import type { MenuItem } from './chrome.tsx'
import { Layout, toHtml } from './layout.tsx'

export interface Home {
  readonly name: string
  readonly role: Role
  readonly menu?: readonly MenuItem[]
  readonly signOut: { readonly action: string; readonly csrf: string }
}

const MAY: Readonly<Record<Role, string>> = {
  ReadOnly: 'You can look at everything and change nothing.',
  User: 'You can do your day-to-day work.',
  Admin: 'You can manage the people of your organization.',
  EnterpriseAdmin: 'You can manage the people of your organization and how it signs in.',
}

/** The portal's home: who is signed in, and as what. */
export function homePage(home: Home): string {
  return toHtml(<HomePage {...home} />)
}

function HomePage({ name, role, menu = [], signOut }: Home): JSX.Element {
  return (
    <Layout title="Home">
      <h1>{`Hello, ${name}`}</h1>
      <p class="badge">
        <span class="role">{role}</span>
      </p>
      <p class="lead">{MAY[role]}</p>
      <div class="actions">
        {menu.map(({ label, href }) => (
          <a key={href} class="button" href={href}>
            {label}
          </a>
        ))}
        <SignOutButton {...signOut} scope="here" label="Sign out" />
      </div>
      <details>
        <summary>More ways to sign out</summary>
        <div class="actions">
          <SignOutButton {...signOut} scope="microsoft" label="Sign out of Microsoft too" />
          <SignOutButton {...signOut} scope="everywhere" label="Sign out on all devices" />
        </div>
      </details>
    </Layout>
  )
}

function SignOutButton(props: {
  readonly action: string
  readonly csrf: string
  readonly scope: string
  readonly label: string
}): JSX.Element {
  const { action, csrf, scope, label } = props
  return (
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      <button class="button quiet" name="scope" value={scope}>
        {label}
      </button>
    </form>
  )
}
