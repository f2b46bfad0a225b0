import type { Person } from './people.ts'
import { toDescription, type Refusal } from './refusals.ts'

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
button { font: inherit; display: block; width: 100%; text-align: left; padding: .5rem .75rem; margin: .25rem 0;
  background: #fff; border: 1px solid #767676; border-radius: 4px; cursor: pointer }
button:hover, button:focus { background: #eef4fb }
button[data-hinted] { border: 2px solid #0b57d0 }
small { color: #555; display: block }
form.inline button { display: inline-block; width: auto }
iframe { display: none }
`

/** Text between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface Picker {
  readonly tenantName: string
  readonly applicationName: string
  readonly action: string
  readonly logoutUrl: string
  readonly people: readonly Person[]
  readonly total: number
  readonly search: string
  /** Whom the `login_hint` means: first, and focused. */
  readonly hinted: Person | undefined
}

/** The account picker: everybody is a button. */
export function pickerPage(picker: Picker): string {
  const { tenantName, applicationName, action, logoutUrl, people, total, search, hinted } = picker
  const others = people.filter((person) => person.objectId !== hinted?.objectId)
  const buttons = [
    ...(hinted === undefined ? [] : [personButton(hinted, true)]),
    ...others.map((person) => personButton(person, false)),
  ]
  return layout(
    `Sign in to ${tenantName}`,
    `<h1>Pick an account</h1>
<p>to continue to ${escapeHtml(applicationName)}</p>
<form class="inline" method="get" action="${escapeHtml(action)}">
<label>Search <input type="search" name="search" value="${escapeHtml(search)}"></label> <button>Search</button>
</form>
<form method="post" action="${escapeHtml(action)}">
${buttons.join('\n')}
<p>${people.length} of ${total} people</p>
<button name="cancel" value="yes">Cancel</button>
</form>
<p><a href="${escapeHtml(logoutUrl)}">Sign out</a></p>`,
  )
}

/** Asks for consent. */
export function consentPage(options: { applicationName: string; action: string; scopes: string }): string {
  const { applicationName, action, scopes } = options
  return layout(
    'Permissions requested',
    `<h1>Permissions requested</h1>
<p>${escapeHtml(applicationName)} would like to use: ${escapeHtml(scopes)}</p>
<form method="post" action="${escapeHtml(action)}">
<button name="consent" value="accept">Accept</button>
<button name="cancel" value="yes">Cancel</button>
</form>`,
  )
}

/** A refusal that never reaches the application. */
export function errorPage(refused: Refusal): string {
  return layout(
    'Sign in',
    `<h1>Sorry, but we’re having trouble signing you in.</h1>\n<p>${escapeHtml(toDescription(refused))}</p>`,
  )
}

/** Loads what the applications want loaded at sign-out, then goes on (where to, if anywhere). */
export function signedOutPage(logoutUrls: readonly string[], next: string | undefined): string {
  const frames = logoutUrls.map((url) => `<iframe src="${escapeHtml(url)}" title="Signing out"></iframe>`)
  const forward =
    next === undefined ? '' : `<p><a id="next" href="${escapeHtml(next)}">Continue</a></p>${GO_ON}`
  return layout('Sign out', `<h1>You signed out of your account</h1>\n${frames.join('\n')}${forward}`)
}

/** An application that does not answer must not keep the browser here. */
const GO_ON = `<script>
const goOn = () => location.replace(document.getElementById('next').href)
addEventListener('load', goOn)
setTimeout(goOn, 5000)
</script>`

function personButton(person: Person, isHinted: boolean): string {
  const { objectId, displayName, preferredUsername } = person
  const mark = isHinted ? ' data-hinted autofocus' : ''
  const notes = notesOf(person)
  return `<button name="account" value="${objectId}"${mark}>${escapeHtml(displayName)}
<small>${escapeHtml([preferredUsername, ...notes].join(' · '))}</small></button>`
}

function notesOf({ accountEnabled, assigned, homeTenantId }: Person): readonly string[] {
  return [
    ...(homeTenantId === undefined ? [] : ['guest']),
    ...(assigned ? [] : ['not assigned']),
    ...(accountEnabled ? [] : ['disabled']),
  ]
}

function layout(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
${body}
</body>
</html>
`
}
