import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRunFile } from '../../local/run-file.ts'

const root = join(import.meta.dirname, '../..')

/** What `npm start` serves, in a process of its own. */
export interface Started {
  readonly url: string
  /** As printed. */
  readonly link: string
  readonly withRole: string
  readonly withoutRole: string
  /** `npm run cycle -- …`. */
  readonly cycle: (...flags: readonly string[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts the built product as `npm start` does, with its data in a temporary folder. */
export async function start(): Promise<Started> {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-browser-'))
  const port = String(await freePort())
  const flags = ['--memory', '--port', port, '--data', data, '--users', '12', '--groups', '1']
  const child = run('local/start.ts', flags)
  const output = await untilStarted(child)
  const file = readRunFile(data)
  return {
    url: file?.url ?? '',
    link: line(output, /^ {2}(http\S+\/web\/login)$/m),
    withRole: line(output, /with a role:\s+(\S+)/),
    withoutRole: line(output, /without one:\s+(\S+)/),
    async cycle(...more) {
      const [code] = await once(run('local/cycle.ts', ['--data', data, ...more]), 'exit')
      if (code !== 0) throw new Error(`The cycle ended with ${String(code)}.`)
    },
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function run(file: string, flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, [file, ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function untilStarted(child: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    if (output.includes('Stop with Ctrl+C.')) break
  }
  if (!output.includes('Stop with Ctrl+C.')) throw new Error(`npm start ended: ${output}`)
  return output
}

function line(output: string, pattern: RegExp): string {
  const [, found] = pattern.exec(output) ?? []
  if (found === undefined) throw new Error(`npm start does not print ${pattern.source}: ${output}`)
  return found
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
