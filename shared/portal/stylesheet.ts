import { PORTAL_STYLES } from './stylesheet-portal.ts'

/* One stylesheet for all pages: no script, no other file, light and dark by the system's choice. */

const COLOURS = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ee; --ground-2: #e7ece8; --card: #fffefb; --line: #dcdcd3; --field: #8a8f88;
  --ink: #18211f; --soft: #535d59; --accent: #14594f; --accent-ink: #ffffff; --accent-deep: #0d4239;
  --wash: #e6f0ec; --warn: #8a4b08; --warn-wash: #fbf0df; --shadow: 0 1px 2px #18211f14, 0 18px 44px -18px #18211f33;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1514; --ground-2: #14201d; --card: #182120; --line: #2c3836; --field: #6f7d79;
    --ink: #e9efec; --soft: #a5b2ad; --accent: #7fd1bd; --accent-ink: #06251f; --accent-deep: #a4e2d2;
    --wash: #1e302c; --warn: #f0bd79; --warn-wash: #32281a; --shadow: 0 1px 2px #0006, 0 18px 44px -18px #000a;
  }
}`

const PAGE = `
*, *::before, *::after { box-sizing: border-box }
html { font-size: 100%; -webkit-text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-rows: auto 1fr auto;
  background: radial-gradient(120% 70% at 50% 0, var(--ground-2), var(--ground) 70%) no-repeat var(--ground);
  color: var(--ink); font: 1rem/1.55 'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', sans-serif;
  font-feature-settings: 'kern', 'liga'; text-rendering: optimizeLegibility; overflow-wrap: break-word;
}
.brand, main, .foot { width: min(100%, 29rem); margin-inline: auto; padding-inline: 1rem }
.brand { padding-top: clamp(1.25rem, 6vh, 4rem); padding-bottom: 1.25rem; display: flex; align-items: center; gap: .6rem; font-weight: 600; letter-spacing: -.01em }
.brand a { display: inline-flex; align-items: center; gap: .6rem; color: inherit; text-decoration: none; border-radius: .4rem }
.brand img { width: 1.9rem; height: 1.9rem; display: block }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow); padding: clamp(1.35rem, 5.5vw, 2.25rem) }
.foot { padding-block: 1.5rem 2rem; color: var(--soft); font-size: .8125rem }
h1 { margin: 0 0 .6rem; font-size: clamp(1.5rem, 1.25rem + 1.2vw, 1.8rem); line-height: 1.2; letter-spacing: -.02em; font-weight: 650; text-wrap: balance }
h2 { margin: 1.75rem 0 .6rem; font-size: 1rem; letter-spacing: -.005em }
p { margin: 0 0 1rem; text-wrap: pretty }
.lead { color: var(--soft); margin-bottom: 1.5rem }
.card > :last-child { margin-bottom: 0 }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: .07em }
a:hover { color: var(--accent-deep) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }`

const FORMS = `
label { display: block; font-weight: 600; margin-bottom: .35rem }
.hint { display: block; color: var(--soft); font-size: .875rem; margin: .45rem 0 0 }
input[type=text] {
  width: 100%; padding: .75rem .85rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--field); border-radius: .6rem; min-height: 3rem
}
input[type=text]:focus-visible { outline-offset: 0; border-color: var(--accent) }
input[aria-invalid=true] { border-color: var(--warn); border-width: 2px }
.button {
  display: inline-flex; align-items: center; justify-content: center; width: 100%; min-height: 3rem; padding: .7rem 1.15rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; border: 1px solid var(--accent); border-radius: .6rem; background: var(--accent); color: var(--accent-ink); cursor: pointer
}
.button:hover { background: var(--accent-deep); border-color: var(--accent-deep); color: var(--accent-ink) }
.button.quiet { background: transparent; color: var(--ink); border-color: var(--field); font-weight: 550 }
.button.quiet:hover { background: var(--wash); border-color: var(--accent) }
.actions { display: grid; gap: .65rem; margin: 1.5rem 0 0 }
.actions form { margin: 0 }
form .button { margin-top: 1.25rem }
.actions form .button { margin-top: 0 }
.notice { background: var(--warn-wash); border-left: .25rem solid var(--warn); border-radius: .35rem .6rem .6rem .35rem; padding: .75rem .9rem; margin: 0 0 1.25rem }
.notice strong { color: var(--warn) }`

const PARTS = `
.badge { margin: .85rem 0 1rem }
.role { display: inline-block; padding: .15rem .65rem; border-radius: 99rem; background: var(--wash); color: var(--accent-deep); font-size: .875rem; font-weight: 600 }
@media (prefers-color-scheme: dark) { .role { color: var(--accent) } }
.facts { margin: 1.5rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--line); display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; font-size: .875rem }
.facts dt { color: var(--soft) }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; user-select: all }
.facts code { font: .75rem/1.6 ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace }
.steps { list-style: none; margin: 0 0 1.25rem; padding: 0; display: grid; gap: .15rem }
.steps li { display: grid; grid-template-columns: 1.6rem 1fr; align-items: baseline; padding: .3rem 0 }
.steps li::before { content: '\\2713'; color: var(--accent); font-weight: 700 }
.steps li.failed { font-weight: 600 }
.steps li.failed::before { content: '\\2717'; color: var(--warn) }
.steps li.open { color: var(--soft) }
.steps li.open::before { content: '\\2013'; color: var(--soft) }
details { margin: 1.5rem 0 0 }
summary { cursor: pointer; color: var(--soft); padding: .35rem 0; border-radius: .35rem }
details .actions { margin-top: .75rem }
.waiting { display: flex; align-items: center; gap: .75rem; color: var(--soft) }
.waiting::before { content: ''; width: 1.1rem; height: 1.1rem; flex: none; border-radius: 50%; border: 2px solid var(--line); border-top-color: var(--accent); animation: turn .9s linear infinite }
@keyframes turn { to { rotate: 1turn } }
@media (prefers-reduced-motion: reduce) { .waiting::before { animation: none } }
@media (forced-colors: active) { .button { border-color: ButtonText } }
@media print { body { background: none } .actions { display: none } }`

/** The text of the stylesheet. */
export const STYLESHEET = `${COLOURS}${PAGE}${FORMS}${PARTS}${PORTAL_STYLES}\n`
