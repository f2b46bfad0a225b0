import type { ComponentChildren, JSX } from 'preact'
import { Csrf } from './chrome.tsx'

/** A moment, to the minute, in UTC. */
export function Moment({ at }: { readonly at: string }): JSX.Element {
  return <time dateTime={at}>{`${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}</time>
}

/** A person's state as a badge. */
export function ActiveTag({ active }: { readonly active: boolean }): JSX.Element {
  return <span class={active ? 'tag good' : 'tag'}>{active ? 'Active' : 'Inactive'}</span>
}

/** What stands where a list has nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>
}

/** A table with named columns, which scrolls by itself where the screen is narrow. The rows are its children. */
export function DataTable(props: {
  readonly label: string
  readonly columns: readonly (string | JSX.Element)[]
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <thead>
          <tr>
            {props.columns.map((column, i) => (
              <th key={i} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  )
}

/** A connector to choose from. */
export interface ConnectorChoice {
  readonly id: string
  readonly label: string
}

/** A box for the connectors of an organization that has several. */
export function ConnectorField(props: {
  readonly choices: readonly ConnectorChoice[]
  readonly chosen: string
}): JSX.Element | null {
  const { choices, chosen } = props
  if (choices.length < 2) return <input type="hidden" name="connector" value={chosen} />
  const options = choices.map(({ id, label }) => ({ value: id, label }))
  return <SelectField name="connector" label="Connector" options={options} chosen={chosen} />
}

/** A labelled box of choices. */
export function SelectField(props: {
  readonly name: string
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly chosen: string
}): JSX.Element {
  const { name, label, options, chosen } = props
  return (
    <div>
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}

/** A form of one button that does something. */
export function ActionForm(props: {
  readonly path: string
  readonly csrf: string
  readonly action: string
  readonly label: string
  readonly grant?: string
}): JSX.Element {
  const { path, csrf, action, label, grant } = props
  return (
    <form method="post" action={path}>
      <Csrf token={csrf} />
      {grant === undefined ? null : <input type="hidden" name="grant" value={grant} />}
      <button class="button quiet small" name="action" value={action}>
        {label}
      </button>
    </form>
  )
}

/** The way to what comes next in a list. */
export function NextLink({
  href,
  label,
}: {
  readonly href: string | undefined
  readonly label: string
}): JSX.Element | null {
  if (href === undefined) return null
  return (
    <p class="row">
      <a class="button quiet small" href={href}>
        {label}
      </a>
    </p>
  )
}
