import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Storage in a process of its own. */
export interface StorageProcess {
  readonly connectionString: string
  /** HTTP requests that it has answered; the emulator does not count. */
  requests(): Promise<number>
  stop(): void
}

const FILES = { twin: 'table-server.ts', Azurite: 'azurite-server.ts' } as const

/** The twin behind Table Storage's protocol, or Azurite. */
export async function startStorage(kind: keyof typeof FILES): Promise<StorageProcess> {
  const file = new URL(FILES[kind], import.meta.url).pathname
  const child = spawn(process.execPath, ['--max-old-space-size=16000', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const nextLine = lineReader(child)
  const connectionString = await nextLine()
  return {
    connectionString,
    requests: async () => {
      child.stdin.write('requests\n')
      return Number(await nextLine())
    },
    stop: () => void child.kill('SIGKILL'),
  }
}

function lineReader(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new Error('the process has no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the process has ended')
    return value
  }
}
