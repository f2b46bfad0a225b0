import type { JSX } from 'preact'
import { Facts, Layout, toHtml, type Reference } from './layout.tsx'

const STEPS = [
  ['metadata', 'Microsoft knows the tenant'],
  ['callback', 'Microsoft signed you in and sent you back'],
  ['redemption', 'Microsoft accepted the client id and how we prove to be it'],
  ['id-token', 'The identity is signed, fresh and of this tenant'],
  ['person', 'The person was looked up among those provisioned'],
] as const

export interface TestResult {
  readonly platform: 'web' | 'app'
  /** The step that failed, or `done`. */
  readonly step: string
  readonly refusal?: { readonly sentence: string } | undefined
  /** Whether what was tested is what people sign in with from now on. */
  readonly isActive: boolean
  readonly person?:
    | {
        readonly objectId: string
        readonly userName: string | undefined
        readonly how: string
        readonly role: string | undefined
      }
    | undefined
  readonly reference: Reference
}

/** How a test of an administrator's settings went, step by step. */
export function testPage(result: TestResult): string {
  return toHtml(<TestPage {...result} />)
}

function TestPage({ platform, step, refusal, isActive, person, reference }: TestResult): JSX.Element {
  const hasFailed = refusal !== undefined
  const reached = STEPS.findIndex(([name]) => name === step)
  const heading = hasFailed ? 'The test did not succeed' : 'The test succeeded'
  return (
    <Layout title={heading}>
      <h1>{heading}</h1>
      <p class="lead">{`Sign-in by the ${platform === 'web' ? 'Web' : 'Public client'} redirect URI`}</p>
      <ol class="steps">
        {STEPS.map(([id, label], index) => (
          <li key={id} class={stateOf(index, reached, hasFailed)}>
            {label}
          </li>
        ))}
      </ol>
      {refusal === undefined ? null : <p class="notice">{refusal.sentence}</p>}
      {hasFailed || !isActive ? null : <p>People sign in with these settings from now on.</p>}
      {person === undefined ? null : <Person {...person} />}
      <Facts {...reference} />
    </Layout>
  )
}

function stateOf(index: number, reached: number, hasFailed: boolean): string {
  if (!hasFailed || reached === -1 || index < reached) return 'done'
  return index === reached ? 'failed' : 'open'
}

function Person({ objectId, userName, how, role }: NonNullable<TestResult['person']>): JSX.Element {
  return (
    <dl class="facts">
      <dt>Object id</dt>
      <dd>
        <code>{objectId}</code>
      </dd>
      <dt>User name</dt>
      <dd>{userName ?? 'none'}</dd>
      <dt>Match</dt>
      <dd>{how}</dd>
      <dt>Role</dt>
      <dd>{role ?? 'none (apps only)'}</dd>
    </dl>
  )
}
