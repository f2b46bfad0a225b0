import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

const HOST = fileURLToPath(new URL('../../local/host.ts', import.meta.url))

/** The built product in a process of its own, as a machine in Azure would run it. */
export interface Instance {
  readonly url: string
  /** Everything that it has written so far. */
  readonly output: () => string
  /** Ends it without a chance to finish anything. */
  kill(): Promise<void>
}

/** Settings under which a process shares the Azurite of the run. */
export function sharedSettings(): Record<string, string> {
  return {
    GATEHOUSE_MODE: 'development',
    PUBLIC_BASE_URL: 'https://gatehouse.example',
    TABLES_ACCOUNTS: `main=${inject('azurite')}`,
    SCIM_MAX_RPS: '0',
  }
}

/** Starts a process with these settings and no others of ours; an empty one is as good as none. */
export async function startInstance(settings: Readonly<Record<string, string>>): Promise<Instance> {
  const none = { GATEHOUSE_MODE: '', PUBLIC_BASE_URL: '', TABLES_ACCOUNTS: '', SALES_CONTACT: '' }
  const child = spawn(process.execPath, [HOST, '--port', '0'], {
    env: { PATH: process.env['PATH'], ...none, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString()
      const [, found] = /listening on (\S+)/.exec(output) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}: ${output}`)))
  })
  return {
    url,
    output: () => output,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
