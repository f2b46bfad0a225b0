/** Decides whether the decoded text of a route parameter is acceptable. */
export type RouteConstraint = (value: string) => boolean

const matches =
  (pattern: RegExp): RouteConstraint =>
  (value) =>
    pattern.test(value)

/** `{p:name}`, as ASP.NET Core understands the name. */
const PLAIN: Readonly<Record<string, RouteConstraint>> = {
  int: (value) => /^[+-]?\d{1,10}$/.test(value) && Math.abs(Number(value)) <= 2_147_483_647,
  long: matches(/^[+-]?\d{1,19}$/),
  bool: matches(/^(?:true|false)$/i),
  alpha: matches(/^[a-z]*$/i),
  guid: matches(/^[{(]?[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}[)}]?$/i),
}

const isNumber = matches(/^[+-]?\d+$/)

/** `{p:name(first,second)}` with numbers. */
const WITH_NUMBERS: Readonly<Record<string, (first: number, second: number) => RouteConstraint>> = {
  length: (least, most) => (value) => value.length >= least && value.length <= most,
  minlength: (least) => (value) => value.length >= least,
  maxlength: (most) => (value) => value.length <= most,
  min: (least) => (value) => isNumber(value) && Number(value) >= least,
  max: (most) => (value) => isNumber(value) && Number(value) <= most,
  range: (least, most) => (value) => isNumber(value) && Number(value) >= least && Number(value) <= most,
}

/**
 * The check that a constraint such as `int`, `length(3,5)` or `regex(^a)` stands for, or undefined for a name
 * that is not known. As in ASP.NET Core a regular expression ignores case and is not anchored.
 */
export function parseRouteConstraint(text: string): RouteConstraint | undefined {
  const plain = PLAIN[text.toLowerCase()]
  if (plain) return plain
  const [, name = '', argument = ''] = /^([a-z]+)\((.*)\)$/i.exec(text) ?? []
  if (name.toLowerCase() === 'regex') {
    return matches(new RegExp(argument.replaceAll('{{', '{').replaceAll('}}', '}'), 'i'))
  }
  const [first = Number.NaN, second = first] = argument.split(',').map(Number)
  return Number.isNaN(first) ? undefined : WITH_NUMBERS[name.toLowerCase()]?.(first, second)
}
