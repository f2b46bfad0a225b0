import Module from 'node:module'
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  HookName,
  ProgrammingModel,
  Registrations,
} from './core-api.ts'

// The library asks for its core API once per process and keeps it, so the API is one object for all hosts of a
// process, and what is registered belongs to the app that is being loaded at that moment.
let current: Registrations | undefined
let latestModel: ProgrammingModel | undefined
let turn: Promise<unknown> = Promise.resolve()
let isInstalled = false

function loadingApp(): Registrations {
  if (!current) throw new Error('Functions and hooks can only be registered while the app starts.')
  return current
}

const coreApi = {
  version: '3.13.0',
  hostVersion: '4.1048.200',
  setProgrammingModel(model: ProgrammingModel): void {
    latestModel = model
    if (current) current.model = model
  },
  getProgrammingModel: () => current?.model ?? latestModel,
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
    const { functions } = loadingApp()
    if (functions.has(metadata.name)) {
      throw new Error(`A function with id "${metadata.name}" has already been registered.`)
    }
    functions.set(metadata.name, { metadata, callback })
    return { dispose: () => functions.delete(metadata.name) }
  },
  registerHook(name: HookName, callback: HookCallback) {
    const callbacks = loadingApp().hooks[name]
    callbacks.push(callback)
    return { dispose: () => callbacks.splice(callbacks.indexOf(callback), 1) }
  },
  log(level: string, category: string, message: string): void {
    if (level === 'error' || level === 'warning') console.error(`[${category}] ${message}`)
  },
}

/** The module exists nowhere on disk: Azure's worker answers this `require` in the same way. */
function answerRequiresOfCoreApi(): void {
  if (isInstalled) return
  isInstalled = true
  const original = Object.getOwnPropertyDescriptor(Module.prototype, 'require')
  const loadModule: unknown = original?.value
  if (typeof loadModule !== 'function')
    throw new Error('This version of Node.js has no Module.prototype.require')
  Module.prototype.require = function require(this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? coreApi : Reflect.apply(loadModule, this, [id])
  }
}

async function collect(load: () => Promise<void>): Promise<Registrations> {
  answerRequiresOfCoreApi()
  const registrations: Registrations = {
    model: undefined,
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
  }
  current = registrations
  try {
    await load()
  } finally {
    current = undefined
  }
  // A second app that shares an already loaded copy of the library does not announce the model again.
  registrations.model ??= latestModel
  return registrations
}

/**
 * Runs `load`, which imports the files of an app, and returns what they registered. One app is loaded at a time.
 * Fails with what the import throws, and on a function name that is used twice.
 */
export function collectRegistrations(load: () => Promise<void>): Promise<Registrations> {
  const mine = turn.then(() => collect(load))
  turn = mine.catch(() => undefined)
  return mine
}
