import { failureOf } from '../../shared/kernel/failure.ts'
import { getGroup, patchGroup } from '../../shared/scim/groups.ts'
import { listUsers } from '../../shared/scim/list.ts'
import { createUser, deleteUser, getUser, patchUser } from '../../shared/scim/users.ts'
import {
  addMembersOp,
  idOf,
  pageQuery,
  projectGroup,
  projectUser,
  removeMembersOp,
  replaceOp,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser } from '../support/gatehouse.ts'

/*
 * A directory as one would write it for one client at a time: people and their names, and a group.
 */

/** What a client does; `person` is a number that stands for an id once the call is made. */
export interface Op {
  readonly kind: 'create' | 'rename' | 'title' | 'delete' | 'read' | 'find' | 'add' | 'remove' | 'members'
  readonly person: number
  readonly text: string
}

/** `ok`, what was read or made, or the code of the failure. */
type Answer = string

export interface State {
  /** By id: the name and the title. */
  readonly people: Readonly<Record<string, { readonly name: string; readonly title: string }>>
  readonly members: readonly string[]
}

/** A call as it was made: the number is an id by then. */
export interface Made {
  readonly kind: Op['kind']
  readonly id: string
  readonly text: string
}

/** What the directory may answer to a call, and what it is afterwards. */
export function directoryModel(state: State, call: Made, answer: Answer): State | undefined {
  const expected = RULES[call.kind](state, call, answer)
  return expected.answer === answer ? expected.state : undefined
}

interface Response {
  readonly answer: Answer
  readonly state: State
}

type Rule = (state: State, call: Made, answer: Answer) => Response

const RULES: Readonly<Record<Op['kind'], Rule>> = {
  // The answer says which id the new person has.
  create: (state, { text }, answer) =>
    isTaken(state, text, '') ? refuse(state, 'not_unique') : become(state, answer, { name: text, title: '' }),
  rename: (state, { id, text }) => {
    const person = state.people[id]
    if (person === undefined) return refuse(state, 'not_found')
    if (isTaken(state, text, id)) return refuse(state, 'not_unique')
    return { ...become(state, id, { ...person, name: text }), answer: 'ok' }
  },
  title: (state, { id, text }) => {
    const person = state.people[id]
    if (person === undefined) return refuse(state, 'not_found')
    return { ...become(state, id, { ...person, title: text }), answer: 'ok' }
  },
  read: (state, { id }) => {
    const person = state.people[id]
    return refuse(state, person === undefined ? 'not_found' : `ok ${person.name} ${person.title}`)
  },
  find: (state, { text }) => refuse(state, `ok ${isTaken(state, text, '') ? 1 : 0}`),
  delete: (state, { id }) => (state.people[id] === undefined ? refuse(state, 'not_found') : gone(state, id)),
  add: (state, { id }) => {
    if (state.people[id] === undefined) return refuse(state, 'bad_request')
    return { answer: 'ok', state: { ...state, members: [...new Set([...state.members, id])].toSorted() } }
  },
  remove: (state, { id }) => ({
    answer: 'ok',
    state: { ...state, members: state.members.filter((member) => member !== id) },
  }),
  members: (state) => refuse(state, `ok ${state.members.join()}`),
}

/** Whether another person than the one of this id has the name. */
function isTaken({ people }: State, text: string, own: string): boolean {
  return Object.entries(people).some(
    ([id, { name }]) => id !== own && name.toLowerCase() === text.toLowerCase(),
  )
}

function refuse(state: State, answer: string): Response {
  return { answer, state }
}

function become(state: State, id: string, person: { name: string; title: string }): Response {
  return { answer: id, state: { ...state, people: { ...state.people, [id]: person } } }
}

function gone(state: State, id: string): Response {
  const { [id]: _, ...people } = state.people
  return { answer: 'ok', state: { people, members: state.members.filter((member) => member !== id) } }
}

type Asking = (directory: Directory, group: string, call: Made) => Promise<Answer>

const ASKING: Readonly<Record<Op['kind'], Asking>> = {
  create: async ({ context }, _, { text }) =>
    idOf(await createUser(context, entraUser({ userName: text, title: '' }), 'directory')),
  rename: ({ context }, _, { id, text }) =>
    done(patchUser(context, id, replaceOp('userName', text), projectUser())),
  title: ({ context }, _, { id, text }) =>
    done(patchUser(context, id, replaceOp('title', text), projectUser())),
  read: async ({ context }, _, { id }) => {
    const { userName, title = '' } = (await getUser(context, id, projectUser())) as Record<string, string>
    return `ok ${userName} ${title}`
  },
  find: async ({ context }, _, { text }) => {
    const { totalResults } = await listUsers(context, pageQuery({ filter: `userName eq "${text}"` }))
    return `ok ${Number(totalResults)}`
  },
  delete: ({ context }, _, { id }) => done(deleteUser(context, id)),
  add: ({ context }, group, { id }) => done(patchGroup(context, group, addMembersOp(id))),
  remove: ({ context }, group, { id }) => done(patchGroup(context, group, removeMembersOp(id))),
  members: async ({ context }, group) => {
    const { members } = await getGroup(context, group, projectGroup())
    const list = Array.isArray(members) ? members.map(({ value }) => String(value)) : []
    return `ok ${list.toSorted().join()}`
  },
}

async function done(work: Promise<unknown>): Promise<Answer> {
  await work
  return 'ok'
}

/** Asks the product, and puts its answer into the model's words. */
export async function ask(directory: Directory, group: string, call: Made): Promise<Answer> {
  try {
    return await ASKING[call.kind](directory, group, call)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return failure.code
  }
}
