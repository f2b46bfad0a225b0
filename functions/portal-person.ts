import { helpFor } from '../shared/activity/failure-help.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { may, type Capability } from '../shared/kernel/capabilities.ts'
import { fail, failureOf } from '../shared/kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../shared/kernel/ids.ts'
import { personPage, type Notice } from '../shared/portal/person-page.tsx'
import type { PeopleContext } from '../shared/scim/people-context.ts'
import { endAllSessions, endPersonGrant, freeEmail, unlinkPerson } from '../shared/scim/person-actions.ts'
import { getPersonPage } from '../shared/scim/person-page.ts'
import { purgePerson, restorePerson } from '../shared/scim/person-restore.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { openDirectory } from './directory-choice.ts'
import { withAccess, type Access } from './portal-access.ts'

type Target = readonly [context: PeopleContext, id: ResourceId]

interface Action {
  readonly capability: Capability
  readonly run: (target: Target, form: URLSearchParams) => Promise<unknown>
  /** What the page says when it is done. */
  readonly done: string
}

const ACTIONS: Readonly<Record<string, Action>> = {
  'sign-out': {
    capability: 'managePeople',
    run: (target) => endAllSessions(...target),
    done: 'All sessions and grants of this person have ended.',
  },
  'end-grant': {
    capability: 'managePeople',
    run: (target, form) => endPersonGrant(...target, form.get('grant') ?? ''),
    done: 'The grant has ended.',
  },
  unlink: {
    capability: 'managePeople',
    run: (target) => unlinkPerson(...target),
    done: 'The sign-in is unlinked: the next one finds its user anew.',
  },
  'free-email': {
    capability: 'managePeople',
    run: (target) => freeEmail(...target),
    done: 'Somebody else can have the e-mail address now.',
  },
  restore: {
    capability: 'restorePeople',
    run: (target) => restorePerson(...target),
    done: 'The person is restored. Groups that still exist are joined again.',
  },
  purge: {
    capability: 'purgePeople',
    run: (target) => purgePerson(...target),
    done: 'The person is purged for good.',
  },
}

async function targetOf(request: PageRequest, access: Access): Promise<Target> {
  const id = parseResourceId(request.params['user'])
  if (id === undefined) return fail({ code: 'not_found', detail: 'No user has this id.' })
  return [await openDirectory(request, access, request.params['connector'] ?? ''), id]
}

async function show(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const done = request.query.get('done') ?? ''
  const sentence = Object.hasOwn(ACTIONS, done) ? ACTIONS[done]?.done : undefined
  const notice = sentence === undefined ? undefined : { isGood: true, sentence }
  return { status: 200, html: await render(await targetOf(request, access), access, notice) }
}

async function render([context, id]: Target, access: Access, notice: Notice | undefined): Promise<string> {
  const person = await getPersonPage(context, id)
  if (person === undefined) return fail({ code: 'not_found', detail: 'No user has this id.' })
  const { actor, chrome, csrf } = access
  return personPage({
    chrome,
    csrf,
    connector: context.tenant.connector,
    person,
    can: {
      manage: may(actor, 'managePeople'),
      restore: may(actor, 'restorePeople'),
      purge: may(actor, 'purgePeople'),
    },
    activity: may(actor, 'seeActivity')
      ? person.activity.map((item) => ({ item, help: helpFor(item), href: undefined }))
      : undefined,
    notice,
  })
}

/** Each button has a right of its own, so the guard is that of the button. */
async function act(request: PageRequest): Promise<BrowserAnswer> {
  const name = request.form.get('action') ?? ''
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  return withAccess(action?.capability ?? 'managePeople', (_, access) =>
    action === undefined
      ? fail({ code: 'not_found', detail: 'There is no such button.' })
      : run(request, access, { name, action }),
  )(request)
}

async function run(
  request: PageRequest,
  access: Access,
  { name, action }: { name: string; action: Action },
): Promise<BrowserAnswer> {
  const target = await targetOf(request, access)
  const [{ tenant }, id] = target
  try {
    await action.run(target, request.form)
  } catch (error) {
    const failure = failureOf(error)
    if (failure?.code !== 'conflict' && failure?.code !== 'not_unique') throw error
    const html = await render(target, access, { isGood: false, sentence: failure.detail })
    return { status: 409, html, log: { reason: failure.code } }
  }
  const page = `/users/${tenant.connector}/${id}?done=${name}`
  return { status: 303, location: name === 'purge' ? `/users?connector=${tenant.connector}` : page }
}

registerPage('users-person', {
  template: 'users/{connector}/{user}',
  methods: { GET: withAccess('seeDirectory', show), POST: act },
})
