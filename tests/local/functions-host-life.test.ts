import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { nextRun } from '../../local/functions-host/schedule.ts'
import { startFunctionsHost } from '../../local/functions-host.ts'
import { send } from '../support/function-app/client.ts'

const ECHO = `${import.meta.dirname}/../support/function-app/echo`
const MODULES = `${import.meta.dirname}/../../node_modules`

/** A copy of the app in a folder of its own, which the test may change. */
async function copyOfEcho(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'function-app-'))
  await cp(ECHO, root, { recursive: true })
  await symlink(MODULES, join(root, 'node_modules'))
  return root
}

describe('settings', () => {
  it('come from local.settings.json, below the environment and below the argument, and go when the host closes', async () => {
    const root = await copyOfEcho()
    const Values = { HOST_TEST_FILE: 'file', HOST_TEST_ENVIRONMENT: 'file', HOST_TEST_ARGUMENT: 'file' }
    await writeFile(join(root, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values }))
    vi.stubEnv('HOST_TEST_ENVIRONMENT', 'environment')
    const host = await startFunctionsHost({ root, port: 0, settings: { HOST_TEST_ARGUMENT: 'argument' } })
    try {
      expect((await send(host, '/setting/HOST_TEST_FILE')).body).toBe('file')
      expect((await send(host, '/setting/HOST_TEST_ENVIRONMENT')).body).toBe('environment')
      expect((await send(host, '/setting/HOST_TEST_ARGUMENT')).body).toBe('argument')
    } finally {
      await host.close()
      vi.unstubAllEnvs()
      await rm(root, { recursive: true })
    }
    expect(process.env.HOST_TEST_FILE).toBeUndefined()
    expect(process.env.HOST_TEST_ARGUMENT).toBeUndefined()
  })
})

describe('starting', () => {
  it.each([
    ['main matches no file', 'package.json', '{ "main": "dist/*.mjs" }', 'matches no file'],
    ['package.json has no main', 'package.json', '{}', 'has no "main"'],
    ['host.json is not JSON', 'host.json', '{', 'host.json is not JSON'],
    ['the app throws', 'index.ts', 'throw new Error("broken app")', 'broken app'],
    [
      'two functions share a name',
      'index.ts',
      'import { app } from "@azure/functions"\nfor (const route of ["a", "b"]) app.http("twice", { route, handler: () => ({}) })',
      'has already been registered',
    ],
  ])('fails where %s', async (_, file, content, message) => {
    const root = await copyOfEcho()
    await writeFile(join(root, file), content)

    await expect(startFunctionsHost({ root, port: 0 })).rejects.toThrow(message)
    await rm(root, { recursive: true })
  })

  it('fails on a port that is taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })

    await expect(startFunctionsHost({ root: ECHO, port })).rejects.toThrow('EADDRINUSE')
    other.close()
  })

  it('reports an app that registers nothing', async () => {
    const root = await copyOfEcho()
    await writeFile(join(root, 'index.ts'), 'export {}')
    const host = await startFunctionsHost({ root, port: 0 })
    try {
      expect(host.problems).toEqual([expect.stringContaining('No functions were registered')])
    } finally {
      await host.close()
      await rm(root, { recursive: true })
    }
  })

  it('serves the same app twice in one process, each with state of its own', async () => {
    const [one, two] = await Promise.all([
      startFunctionsHost({ root: ECHO, port: 0 }),
      startFunctionsHost({ root: ECHO, port: 0 }),
    ])
    try {
      expect(two.functions).toHaveLength(one.functions.length)
      await send(one, '/admin/functions/tick', { method: 'POST' })
      expect((await send(two, '/ticks')).body).toBe('[]')
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })
})

describe('timers', () => {
  it('run on POST /admin/functions/NAME, which is answered with 202', async () => {
    const host = await startFunctionsHost({ root: ECHO, port: 0, functionKey: 'key' })
    try {
      const call = { method: 'POST', body: '{}', headers: ['x-functions-key', 'key'] }

      expect(await send(host, '/admin/functions/tick', { method: 'POST' })).toMatchObject({
        status: 401,
        body: '',
      })
      expect(await send(host, '/admin/functions/nobody', call)).toMatchObject({ status: 404 })
      expect(await send(host, '/admin/functions/Tick', call)).toMatchObject({ status: 202, body: '' })
      await vi.waitFor(async () => {
        expect(JSON.parse((await send(host, '/ticks')).body)).toMatchObject([{ isPastDue: false }])
      })
    } finally {
      await host.close()
    }
  })

  it.each([
    ['0 */15 * * * *', '2026-03-01T10:15:00Z', '2026-03-01T10:30:00Z'],
    ['30 */15 * * * *', '2026-03-01T10:15:00Z', '2026-03-01T10:15:30Z'],
    ['0 5 * * * *', '2026-03-01T10:06:00Z', '2026-03-01T11:05:00Z'],
    ['0 0 3 * * *', '2026-02-28T03:00:00Z', '2026-03-01T03:00:00Z'],
    ['0 0 */6 * * *', '2026-03-01T18:00:01Z', '2026-03-02T00:00:00Z'],
  ])('with the schedule %s are due after %s at %s', (schedule, after, due) => {
    expect(nextRun(schedule, new Date(after))).toEqual(new Date(due))
  })

  it.each(['0 0 3 * * MON', '0 0-5 * * * *', '*/5 * * * *', '* * * * * *', ''])(
    'with the schedule "%s" are left to the call',
    (schedule) => {
      expect(nextRun(schedule, new Date())).toBeUndefined()
    },
  )
})

describe('closing', () => {
  it('lets a request in progress finish and takes no other', async () => {
    const host = await startFunctionsHost({ root: ECHO, port: 0 })
    const socket = connect(host.port, '127.0.0.1')
    const received = text(socket)
    socket.write('POST /answer/text HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
    await once(socket, 'readable')

    const closing = host.close()
    await expect(send(host, '/echo')).rejects.toThrow('ECONNREFUSED')
    socket.write('body')

    expect(await received).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK[^]*text/)
    await closing
  })
})
