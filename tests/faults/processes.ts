import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program in a process of its own, with which messages can be exchanged. */
export interface Process {
  readonly child: ChildProcess
  /** What followed "listening on" in its output. */
  readonly address: string
  /** Ends it without a chance to finish anything. */
  kill(): Promise<void>
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Azurite's table service with its data in memory: it outlives the processes that use it. */
export function startAzuriteProcess(): Promise<Process> {
  return start([here('azurite-process.ts')], {})
}

/** The built product on that storage, as a machine in Azure would run it. */
export function startProductProcess(
  connectionString: string,
  nodeOptions: readonly string[] = [],
): Promise<Process> {
  return start([...nodeOptions, here('../../local/host.ts'), '--port', '0'], {
    GATEHOUSE_MODE: 'development',
    PUBLIC_BASE_URL: 'https://gatehouse.example',
    TABLES_ACCOUNTS: `main=${connectionString}`,
    SCIM_MAX_RPS: '0',
  })
}

async function start(args: readonly string[], settings: Record<string, string>): Promise<Process> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const address = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      // The log of a process under load is long, and only its beginning is of interest.
      if (output.length < 100_000) output += chunk.toString()
      const [, found] = /listening on (\S+)/.exec(output) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}: ${output}`)))
  })
  return {
    child,
    address,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
