/**
 * What Azure would make of the expressions that are left in a snapshot: format, join, coalesce and lists are worked out,
 * and whatever is known only after the deployment becomes a text that tells where it comes from.
 */
export function settle(value: string): string {
  if (!/^\[[a-z]+\(/i.test(value)) return value
  const parser = { text: value.slice(1, -1), at: 0 }
  const settled = expression(parser)
  if (parser.at !== parser.text.length) throw new Error(`Cannot read ${value} at ${parser.at}`)
  return String(settled)
}

type Value = string | number | readonly Value[]
interface Parser {
  readonly text: string
  at: number
}

const SUFFIXES: Readonly<Record<string, string>> = {
  storage: 'core.windows.net',
  keyvaultDns: '.vault.azure.net',
}

function expression(parser: Parser): Value {
  const rest = parser.text.slice(parser.at)
  const literal = /^'((?:[^']|'')*)'/.exec(rest)
  if (literal !== null) {
    parser.at += literal[0].length
    return String(literal[1]).replaceAll("''", "'")
  }
  const number = /^\d+/.exec(rest)?.[0]
  if (number !== undefined) {
    parser.at += number.length
    return Number(number)
  }
  const name = /^(\w+)\(/.exec(rest)
  if (name === null) throw new Error(`Cannot read ${rest}`)
  parser.at += name[0].length
  const args = list(parser)
  const members = /^(?:\.\w+)*/.exec(parser.text.slice(parser.at))?.[0] ?? ''
  parser.at += members.length
  return call(String(name[1]), args, members.slice(1))
}

function list(parser: Parser): Value[] {
  const values: Value[] = []
  while (parser.text[parser.at] !== ')') {
    values.push(expression(parser))
    parser.at += /^,\s*/.exec(parser.text.slice(parser.at))?.[0].length ?? 0
  }
  parser.at++
  return values
}

function call(name: string, args: readonly Value[], members: string): Value {
  switch (name) {
    case 'createArray':
      return args
    case 'join':
      return Array.isArray(args[0]) ? args[0].join(String(args[1])) : ''
    case 'coalesce':
      return args[0] ?? ''
    case 'format':
      return String(args[0]).replaceAll(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index) + 1]))
    case 'environment':
      return SUFFIXES[members.replace('suffixes.', '')] ?? members
    case 'reference':
      return afterDeployment(String(args[0]), members)
    default:
      throw new Error(`No rule for ${name}()`)
  }
}

function afterDeployment(id: string, member: string): string {
  const resource = id.split('/').at(-1) ?? ''
  return /host/i.test(member) ? `${resource}.example` : `${member}-of-${resource}`
}
