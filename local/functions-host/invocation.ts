import { randomUUID } from 'node:crypto'
import type {
  CoreInvocation,
  FunctionCallback,
  ProgrammingModel,
  Registrations,
  RpcData,
  RpcHttpResponse,
} from './core-api.ts'
import type { HostFunction } from './functions.ts'

type TraceContext = CoreInvocation['request']['traceContext']

const NO_TRACE: TraceContext = { traceParent: '', traceState: '' }

type Call = {
  readonly model: ProgrammingModel
  readonly invocation: CoreInvocation
  readonly data: HostFunction
}

/** Runs the app's hooks around a call: they may replace inputs, callback, result and error. */
async function callWithHooks(
  app: Registrations,
  { model, invocation, data }: Call,
): Promise<RpcHttpResponse | undefined> {
  const library = model.getInvocationModel(invocation)
  const { context, inputs } = await library.getArguments()
  const shared = { hookData: {}, appHookData: {}, invocationContext: context }
  const before: { functionCallback: FunctionCallback; inputs: unknown[] } = {
    ...shared,
    functionCallback: data.callback,
    inputs,
  }
  invocation.state = 'preInvocationHooks'
  for (const hook of app.hooks.preInvocation) await hook(before)
  const after: { result: unknown; error: unknown } = { ...shared, ...before, result: null, error: null }
  invocation.state = 'invocation'
  try {
    after.result = await library.invokeFunction(context, before.inputs, before.functionCallback)
  } catch (error) {
    after.error = error
  }
  invocation.state = 'postInvocationHooks'
  for (const hook of app.hooks.postInvocation) await hook(after)
  // The error is the handler's own, whatever it threw.
  // oxlint-disable-next-line typescript/only-throw-error
  if (after.error !== null) throw after.error
  return (await library.getResponse(context, after.result)).returnValue?.http
}

/**
 * Runs a function through the library, as Azure's worker does, and returns its HTTP answer: undefined where the
 * handler returned nothing or the trigger is another one. Fails with whatever the handler throws and with the
 * library's error on a result that is no answer.
 */
export async function invokeFunction(
  app: Registrations,
  target: HostFunction,
  data: RpcData,
  traceContext: TraceContext = NO_TRACE,
): Promise<RpcHttpResponse | undefined> {
  const { model } = app
  if (!model) throw new Error('The app registered no programming model')
  const invocationId = randomUUID()
  const invocation: CoreInvocation = {
    invocationId,
    metadata: target.metadata,
    request: { invocationId, inputData: [{ name: target.triggerName, data }], traceContext },
    log: target.log,
  }
  if (app.hooks.preInvocation.length > 0 || app.hooks.postInvocation.length > 0) {
    return callWithHooks(app, { model, invocation, data: target })
  }
  const library = model.getInvocationModel(invocation)
  const { context, inputs } = await library.getArguments()
  const result = await library.invokeFunction(context, inputs, target.callback)
  return (await library.getResponse(context, result)).returnValue?.http
}
