import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, it } from 'vitest'
import { progressLine, progressPrinter, reportLines } from '../../local/entra/cycle-report.ts'
import { runDemoCycle } from '../../local/entra/demo-cycle.ts'
import { listGroups, listUsers } from '../../local/entra/directory.ts'
import { openTenant, saveTenant } from '../../local/entra/tenant-file.ts'
import { scimError } from './entra-fake-target.ts'
import { setUp } from './entra-scene.ts'

const ANY_SIZE = { users: undefined, groups: undefined, seed: undefined }

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'data', 'entra.json')
}

function progressText(isTTY: boolean): string {
  let text = ''
  const print = progressPrinter({ isTTY, write: (part) => (text += part) })
  for (const done of [0, 1, 2]) print({ phase: 'users', done, total: 2 })
  print({ phase: 'groups', done: 0, total: 0 })
  return text
}

describe('a stored tenant', () => {
  it('is 50 users and 5 groups unless told otherwise', () => {
    const { directory } = openTenant(newFile(), 'http://a.example', ANY_SIZE)

    expect([listUsers(directory).length, listGroups(directory).length]).toEqual([50, 5])
  })

  it('comes back as it was, and grown where more is asked for', () => {
    const file = newFile()
    const tenant = openTenant(file, 'http://a.example', { ...ANY_SIZE, users: 3, groups: 1 })
    saveTenant(file, tenant)

    expect(openTenant(file, 'http://a.example', ANY_SIZE)).toEqual(tenant)
    const { directory } = openTenant(file, 'http://a.example', { ...ANY_SIZE, users: 5 })
    expect(listUsers(directory)).toHaveLength(5)
    expect(readdirSync(join(file, '..'))).toEqual(['entra.json'])
  })

  it('keeps its people but no links for another target', () => {
    const file = newFile()
    const tenant = openTenant(file, 'http://a.example', ANY_SIZE)
    tenant.state.cycles = 3
    saveTenant(file, tenant)

    const other = openTenant(file, 'http://b.example', ANY_SIZE)

    expect(other.directory).toEqual(tenant.directory)
    expect(other.state.cycles).toBe(0)
  })

  it('begins anew where the file is damaged', () => {
    const file = newFile()
    saveTenant(file, openTenant(file, 'http://a.example', ANY_SIZE))
    writeFileSync(file, '{"tenantUrl":')

    expect(openTenant(file, 'http://a.example', ANY_SIZE).state.cycles).toBe(0)
  })
})

describe('the report of a cycle', () => {
  it('has one line for each kind of call, and the failures in words', async () => {
    const { job, target } = await setUp({ users: 2, groups: false, concurrency: 1 })
    let isFirst = true
    target.intercept = ({ method }) => {
      if (method !== 'POST' || !isFirst) return undefined
      isFirst = false
      return scimError(409, 'userName is already taken.')
    }

    const text = reportLines(await job.cycle()).join('\n')

    expect(text).toMatch(/find user +2 200 ×2/)
    expect(text).toMatch(/create user +2 201 ×1 409 ×1/)
    expect(text).toMatch(/FAILED .+: create user: Conflict: userName is already taken\./)
  })

  it('says that there was nothing to do', async () => {
    const { job } = await setUp()
    await job.cycle()

    expect(reportLines(await job.cycle()).join('\n')).toContain('Nothing to do')
  })

  it('shows progress in place on a terminal, and once per phase elsewhere', () => {
    expect(progressText(false)).toBe(`${progressLine({ phase: 'users', done: 2, total: 2 })}\n`)
    expect(progressText(true)).toContain(`\r${progressLine({ phase: 'users', done: 2, total: 2 })}\n`)
  })
})

describe('the first cycle of a demo', () => {
  it('fills a target and leaves a tenant that a later cycle continues', async () => {
    const { target } = await setUp()
    const stateFile = newFile()
    const printed: string[] = []

    await runDemoCycle({
      url: target.url,
      token: 'secret',
      stateFile,
      users: 3,
      groups: 1,
      print: (line) => void printed.push(line),
    })

    expect(target.users.size).toBe(3)
    expect(printed.join('\n')).toContain('created 4')
    expect(openTenant(stateFile, target.url, ANY_SIZE).state.cycles).toBe(1)
  })
})
