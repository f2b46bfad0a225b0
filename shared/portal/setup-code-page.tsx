import type { JSX } from 'preact'
import { hrefOf, SCRIPT } from './assets.ts'
import { Layout, toHtml } from './layout.tsx'

interface SetupCode {
  readonly problem: string | undefined
}

/** Asks for the code of a setup link, which a script takes from behind the link's #, or for a recovery code. */
export function setupCodePage(code: SetupCode): string {
  return toHtml(<SetupCodePage {...code} />)
}

function SetupCodePage({ problem }: SetupCode): JSX.Element {
  const described = problem === undefined ? 'about' : 'problem about'
  return (
    <Layout title="Set up your organization">
      <h1>Set up your organization</h1>
      <p class="lead">
        Connect your Microsoft Entra ID for provisioning and sign-in. The code opens the setup for one hour.
      </p>
      {problem === undefined ? null : (
        <p class="notice" id="problem" role="alert">
          {problem}
        </p>
      )}
      <form method="post" action="/setup">
        <label for="code">Setup code or recovery code</label>
        <input
          id="code"
          name="code"
          type="text"
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={200}
          required
          autofocus
          data-from-fragment=""
          aria-describedby={described}
          {...(problem === undefined ? {} : { 'aria-invalid': 'true' })}
        />
        <span class="hint" id="about">
          The part of your setup link behind the # sign. It works once, and for 24 hours.
        </span>
        <button class="button">Open the setup</button>
      </form>
      <script src={hrefOf(SCRIPT)} defer />
    </Layout>
  )
}
