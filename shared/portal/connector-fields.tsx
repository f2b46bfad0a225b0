import type { JSX } from 'preact'

/** What an administrator enters, as it stands in the form. */
export interface ConnectorFields {
  readonly authority: string
  readonly clientId: string
  readonly clientSecret: string
  readonly clientSecretExpiresAt: string
  readonly linkByUserName: boolean
  readonly isEnabled: boolean
  readonly requiredAttributes: readonly string[]
}

export type FieldName = 'authority' | 'clientId' | 'clientSecret' | 'clientSecretExpiresAt'

interface FieldsView {
  readonly fields: ConnectorFields
  readonly errors: Readonly<Partial<Record<FieldName, string>>>
  readonly hasSecret: boolean
  readonly requirable: readonly string[]
}

const TEXTS: readonly (readonly [FieldName, string, FieldView['type'], string])[] = [
  [
    'clientId',
    'Client Id',
    'text',
    'Application (client) ID, from the overview of your app registration in Azure.',
  ],
  [
    'clientSecret',
    'Client Secret',
    'password',
    'The value of the secret, not its id. Azure shows it only right after it was made.',
  ],
  ['clientSecretExpiresAt', 'Client Secret expires on', 'date', 'So that we can remind you in time.'],
  [
    'authority',
    'Authority / Issuer URL',
    'text',
    'Your Directory (tenant) ID, a domain of yours, or any sign-in address that Azure lists for your tenant.',
  ],
]

/** The fields and switches that one Save button keeps. */
export function Fields({ fields, errors, hasSecret, requirable }: FieldsView): JSX.Element {
  return (
    <>
      {TEXTS.map(([name, label, type, hint]) => (
        <Field key={name} value={fields[name]} error={errors[name]} {...{ name, label, type }}>
          {name === 'clientSecret' && hasSecret ? `One is kept. Leave this empty to keep it. ${hint}` : hint}
        </Field>
      ))}
      <label class="choice">
        <input type="checkbox" name="enabled" value="on" checked={fields.isEnabled} />
        <span>
          Enabled
          <span class="hint">Switched off, nobody signs in and Entra provisions nothing.</span>
        </span>
      </label>
      <label class="choice">
        <input type="checkbox" name="linkByUserName" value="on" checked={fields.linkByUserName} />
        <span>
          Link by user name
          <span class="hint">
            At a first sign-in, find people by user name where no object id is provisioned.
          </span>
        </span>
      </label>
      <Required {...{ fields, requirable }} />
    </>
  )
}

function Required({ fields, requirable }: Pick<FieldsView, 'fields' | 'requirable'>): JSX.Element {
  return (
    <fieldset>
      <legend>Every user must have</legend>
      {requirable.map((attribute) => (
        <label key={attribute} class="choice">
          <input
            type="checkbox"
            name="required"
            value={attribute}
            checked={fields.requiredAttributes.includes(attribute)}
          />
          <span>{attribute}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface FieldView {
  readonly name: FieldName
  readonly label: string
  readonly type: 'text' | 'password' | 'date'
  readonly value: string
  readonly error: string | undefined
  readonly children: string
}

function Field({ name, label, type, value, error, children }: FieldView): JSX.Element {
  const described = error === undefined ? `${name}-hint` : `${name}-error ${name}-hint`
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <Input {...{ type, name, value, error, described }} />
      {error === undefined ? null : (
        <span class="error" id={`${name}-error`}>
          {error}
        </span>
      )}
      <span class="hint" id={`${name}-hint`}>
        {children}
      </span>
    </div>
  )
}

interface InputView extends Pick<FieldView, 'type' | 'name' | 'value' | 'error'> {
  readonly described: string
}

function Input({ type, name, value, error, described }: InputView): JSX.Element {
  const common = {
    id: name,
    name,
    value,
    autoComplete: 'off',
    spellcheck: false,
    'aria-describedby': described,
    ...(error === undefined ? {} : { 'aria-invalid': 'true' as const }),
  }
  if (type === 'date') return <input type="date" {...common} />
  return type === 'password' ? <input type="password" {...common} /> : <input type="text" {...common} />
}
