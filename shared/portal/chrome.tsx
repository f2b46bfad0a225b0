import type { ComponentChildren, JSX } from 'preact'
import { Brand, Document } from './layout.tsx'

export interface MenuItem {
  readonly label: string
  readonly href: string
}

/** What stands around the pages behind a sign-in. */
export interface Chrome {
  /** What this actor may see. */
  readonly menu: readonly MenuItem[]
  /** Who that is: a person's name and where to read about it, or what kind of session it is. */
  readonly account: { readonly label: string; readonly href?: string }
}

interface PortalPage {
  readonly title: string
  readonly chrome: Chrome
  /** The address of the menu's item to which the page belongs. */
  readonly current?: string
  readonly children: ComponentChildren
}

/** A page behind a sign-in: bar, menu, account and a wide column. */
export function Portal({ title, chrome, current, children }: PortalPage): JSX.Element {
  const { menu, account } = chrome
  return (
    <Document title={title} kind="portal">
      <header class="bar">
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <div>
          <span class="home">
            <Brand />
          </span>
          <nav aria-label="Menu">
            <ul>
              {menu.map(({ label, href }) => (
                <li key={href}>
                  <a href={href} {...(href === current ? { 'aria-current': 'page' as const } : {})}>
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <span class="account">
            {account.href === undefined ? account.label : <a href={account.href}>{account.label}</a>}
          </span>
        </div>
      </header>
      <main id="content">{children}</main>
      <footer class="foot">Sign-in and provisioning by Microsoft Entra ID</footer>
    </Document>
  )
}

/** What every form of a session carries. */
export function Csrf({ token }: { readonly token: string }): JSX.Element {
  return <input type="hidden" name="csrf" value={token} />
}
