import { DIRECTORY_STYLES } from './stylesheet-directory.ts'

/* The pages behind a sign-in: a bar with a menu, a wide column, sections, tables, forms with several fields. */

const FRAME = `
.portal { grid-template-rows: auto 1fr auto; grid-template-columns: minmax(0, 1fr) }
.portal time { white-space: nowrap }
.skip { position: absolute; left: -99rem; top: .5rem; background: var(--card); padding: .5rem 1rem; border-radius: .5rem; z-index: 1 }
.skip:focus { left: 1rem }
.bar { background: var(--card); border-bottom: 1px solid var(--line) }
.bar > div { width: min(100%, 66rem); margin-inline: auto; padding: .6rem 1rem; display: flex; flex-wrap: wrap; align-items: center; gap: .35rem 1.75rem }
.bar .home a { display: inline-flex; align-items: center; gap: .6rem; color: inherit; font-weight: 600; text-decoration: none; border-radius: .4rem }
.bar .home img { width: 1.75rem; height: 1.75rem; display: block }
.bar nav { flex: 1 1 auto }
.bar ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem }
.bar nav a { display: block; padding: .5rem .75rem; border-radius: .5rem; color: var(--soft); text-decoration: none; font-size: .9375rem; font-weight: 550 }
.bar nav a:hover { background: var(--wash); color: var(--ink) }
.bar nav a[aria-current] { color: var(--ink); background: var(--wash) }
.account { font-size: .875rem; color: var(--soft); max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.account a { color: inherit }
.portal main { width: min(100%, 66rem); padding-block: clamp(1.5rem, 4vw, 2.75rem) 2rem }
.portal .foot { width: min(100%, 66rem) }
.portal h1 { margin-bottom: .35rem }
.portal h2 { margin: 0 0 .35rem; font-size: 1.125rem; letter-spacing: -.01em }
.portal h3 { margin: 1.5rem 0 .35rem; font-size: .9375rem }
.crumb { margin: 0 0 .5rem; font-size: .875rem }
.panel { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: clamp(1.1rem, 3.5vw, 1.75rem); margin: 0 0 1.25rem }
.panel > :last-child { margin-bottom: 0 }
.panel > .lead { margin-bottom: 1.1rem }`

const TABLES = `
.scroll { overflow-x: auto; margin-inline: -.25rem; padding-inline: .25rem }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--soft); padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); white-space: nowrap }
td { padding: .7rem 1rem .7rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-variant-numeric: tabular-nums }
tr:last-child td { border-bottom: 0 }
th:last-child, td:last-child { padding-right: 0 }
.tag { display: inline-block; padding: .05rem .55rem; border-radius: 99rem; border: 1px solid var(--line); color: var(--soft); font-size: .8125rem; font-weight: 550; white-space: nowrap }
.tag.good { background: var(--wash); border-color: transparent; color: var(--accent-deep) }
.tag.bad { background: var(--warn-wash); border-color: transparent; color: var(--warn) }
.empty { padding: 1.5rem 1rem; text-align: center; color: var(--soft); border: 1px dashed var(--field); border-radius: .75rem }
.soft { color: var(--soft); font-size: .875rem }`

const FIELDS = `
.field { margin: 0 0 1.25rem; max-width: 40rem }
.field > .hint, .choice .hint { display: block; color: var(--soft); font-size: .875rem; margin-top: .3rem; font-weight: 400 }
.error { display: block; color: var(--warn); font-weight: 600; font-size: .875rem; margin-top: .35rem }
input[type=password], input[type=date], input[type=search], select { width: 100%; padding: .65rem .85rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: .6rem; min-height: 3rem }
.choice { display: grid; grid-template-columns: auto 1fr; gap: .1rem .75rem; align-items: start; margin: 0 0 .9rem; max-width: 40rem; font-weight: 550 }
.choice input { width: 1.15rem; height: 1.15rem; margin: .2rem 0 0; accent-color: var(--accent) }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0; min-width: 0 }
legend { font-weight: 600; margin-bottom: .6rem; padding: 0 }
.portal .button { width: auto; min-height: 2.75rem; padding: .55rem 1.15rem; margin: 0 }
.row { display: flex; flex-wrap: wrap; gap: .65rem; align-items: center }
.row form { margin: 0 }
.button.small { min-height: 2.25rem; padding: .3rem .8rem; font-size: .875rem }
.values { display: grid; gap: .9rem; margin: 0 0 1rem }
.values dt { font-weight: 600; font-size: .875rem }
.values dd { margin: .2rem 0 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
.value { flex: 1 1 16rem; min-width: 0; font: .875rem/1.5 ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; background: var(--wash); border-radius: .5rem; padding: .5rem .75rem; overflow-wrap: anywhere; user-select: all; white-space: pre-wrap }
.good-news { background: var(--wash); border-left: .25rem solid var(--accent); border-radius: .35rem .6rem .6rem .35rem; padding: .75rem .9rem; margin: 0 0 1.25rem }
@media (max-width: 40rem) { .portal .button { width: 100% } .portal .button.small { width: auto } }`

export const PORTAL_STYLES = `${FRAME}${TABLES}${FIELDS}${DIRECTORY_STYLES}`
