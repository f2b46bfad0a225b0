/** One binding of a function as the library registers it: its trigger, an input or an output. */
export type Binding = {
  readonly type: string
  readonly direction?: string
  readonly route?: string
  readonly methods?: readonly string[]
  readonly authLevel?: string
  readonly schedule?: string
}

export type FunctionMetadata = {
  readonly name: string
  readonly bindings: Readonly<Record<string, Binding>>
}

export type FunctionCallback = (...args: unknown[]) => unknown

export type RegisteredFunction = {
  readonly metadata: FunctionMetadata
  readonly callback: FunctionCallback
}

/** An HTTP request in the form in which the host hands it to the worker. */
export type RpcHttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: { readonly bytes: Uint8Array } | undefined
}

export type RpcData = { readonly http: RpcHttpRequest } | { readonly json: string }

type Nullable<T> = { readonly value: T } | undefined

export type RpcHttpCookie = {
  readonly name: string
  readonly value: string
  readonly domain?: Nullable<string>
  readonly path?: Nullable<string>
  readonly expires?: Nullable<{ readonly seconds: number }>
  readonly secure?: Nullable<boolean>
  readonly httpOnly?: Nullable<boolean>
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone'
  readonly maxAge?: Nullable<number>
}

export type RpcHttpResponse = {
  readonly statusCode: string
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly RpcHttpCookie[]
  readonly body?: { readonly bytes?: Uint8Array }
}

/** What the worker tells the library about one call of a function. */
export type CoreInvocation = {
  readonly invocationId: string
  readonly metadata: FunctionMetadata
  readonly request: {
    readonly invocationId: string
    readonly inputData: readonly { readonly name: string; readonly data: RpcData }[]
    readonly traceContext: { readonly traceParent: string; readonly traceState: string }
  }
  readonly log: CoreLog
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks'
}

export type CoreLog = (level: string, category: string, message: string) => void

type InvocationModel = {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>
  getResponse(
    context: unknown,
    result: unknown,
  ): Promise<{ readonly returnValue?: { readonly http?: RpcHttpResponse } | null }>
}

export type ProgrammingModel = {
  getInvocationModel(invocation: CoreInvocation): InvocationModel
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log'
export type HookCallback = (context: object) => unknown

/** Everything that an app registered while its files were imported. */
export type Registrations = {
  model: ProgrammingModel | undefined
  readonly functions: Map<string, RegisteredFunction>
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>
}
