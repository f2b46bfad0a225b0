import type { JSX } from 'preact'
import { Layout, toHtml } from './layout.tsx'

export interface SignInForm {
  /** Where the form goes; it carries what the person came with. */
  readonly action: string
  /** Nobody signs in here by what was typed, for whatever reason. */
  readonly isUnknown: boolean
  readonly typed: string
  /** What the person has just been told elsewhere, such as that a session ended. */
  readonly notice?: string | undefined
}

/** Asks for an e-mail address or an organization's short name: all that people know of themselves here. */
export function signInPage(form: SignInForm): string {
  return toHtml(<SignInPage {...form} />)
}

function SignInPage({ action, isUnknown, typed, notice }: SignInForm): JSX.Element {
  return (
    <Layout title="Sign in">
      <h1>Sign in</h1>
      <p class="lead">
        Use the account that you have at work. Microsoft asks for your password; we never see it.
      </p>
      {notice === undefined ? null : <p class="notice">{notice}</p>}
      {isUnknown ? (
        <p class="notice" id="unknown" role="alert">
          <strong>Nobody signs in here with that.</strong> Check the spelling, or ask your administrator for
          the short name of your organization.
        </p>
      ) : null}
      <form method="post" action={action}>
        <label for="account">Work e-mail address or organization</label>
        <input
          id="account"
          name="account"
          type="text"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={320}
          required
          autofocus
          value={typed}
          {...(isUnknown ? { 'aria-invalid': 'true', 'aria-describedby': 'unknown example' } : {})}
          {...(isUnknown ? {} : { 'aria-describedby': 'example' })}
        />
        <span class="hint" id="example">
          Such as mira@contoso.com or contoso
        </span>
        <button class="button">Continue</button>
      </form>
    </Layout>
  )
}
