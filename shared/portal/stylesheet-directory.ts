/* Users & Groups and Activity: a row of filters, a list of fields, and bars. */

export const DIRECTORY_STYLES = `
.portal { grid-template-columns: minmax(0, 1fr) }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .9rem; align-items: end; margin: 0 0 1.5rem }
.filters > * { min-width: 0 }
.filters .button { justify-self: start; padding-inline: 1.75rem; min-height: 3rem }
.filters .wide { grid-column: 1 / -1 }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem 1.5rem; margin: 0 0 1rem }
.fields dt { color: var(--soft); font-size: .8125rem; font-weight: 550 }
.fields dd { margin: .1rem 0 0; overflow-wrap: anywhere }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 1.25rem }
.bars { width: 100%; height: 6rem; display: block }
.bars .good { fill: var(--accent) }
.bars .bad { fill: var(--warn) }
.bars .base { fill: var(--line) }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
td time { white-space: nowrap }
`
