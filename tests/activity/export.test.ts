import { describe, expect, it } from 'vitest'
import { exportCsv, exportNdjson, toCsvLine, type ExportQuery } from '../../shared/activity/export.ts'
import type { Directory } from '../support/directory-context.ts'
import { ago, DAY, MINUTE, newLog, write } from './fixtures.ts'

const ALL: ExportQuery = { since: ago(30 * DAY), limit: 100_000 }

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const part of parts) text += part
  return text
}

const csvOf = ({ store, tenant }: Directory, query = ALL): Promise<string> =>
  textOf(exportCsv(store, tenant, query))
const ndjsonOf = ({ store, tenant }: Directory, query = ALL): Promise<string> =>
  textOf(exportNdjson(store, tenant, query))

describe('an exported value', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['a=1', 'a=1'],
    ['say "hi"', '"say ""hi"""'],
    ['a,b', '"a,b"'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
  ])('%j stands there as %j', (value, cell) => {
    expect(toCsvLine(['x', value])).toBe(`x,${cell}\r\n`)
  })
})

describe('an export', () => {
  it('holds every line of the period, newest first, whatever its size', async () => {
    const log = newLog()
    await write(
      log,
      Array.from({ length: 2_500 }, (_, i) => [ago(i * MINUTE), { note: `n${i}` }]),
    )
    const since = ago(2_399 * MINUTE)
    const json = (await ndjsonOf(log, { since, limit: 100_000 })).trimEnd().split('\n')
    const csv = (await csvOf(log, { since, limit: 100_000 })).trimEnd().split('\r\n')

    expect(json.map((text) => (JSON.parse(text) as { note: string }).note)).toEqual(
      Array.from({ length: 2_400 }, (_, i) => `n${i}`),
    )
    expect(csv).toHaveLength(2_401)
    expect((await ndjsonOf(log, { since, limit: 7 })).trimEnd().split('\n')).toHaveLength(7)
  })

  it('has a header, a mark of its encoding and each value in its column', async () => {
    const log = newLog()
    await write(log, [
      [ago(MINUTE), { operation: 'user.post', status: 409, note: 'uniqueness', attributes: ['emails'] }],
    ])
    const [header = '', row = ''] = (await csvOf(log)).split('\r\n')

    expect(header.startsWith('\ufefftime,kind,operation,result,status,')).toBe(true)
    expect(row).toMatch(/^2026-03-10T12:29:00\.000Z,people,user\.post,failed,409,,,emails,uniqueness,/)
    expect(row).toContain('Another person has this login e-mail')
  })

  it('defuses what somebody else could have put into a note', async () => {
    const log = newLog()
    await write(log, [[ago(MINUTE), { note: '=HYPERLINK("https://evil.example")' }]])

    expect(await csvOf(log)).toContain(`"'=HYPERLINK(""https://evil.example"")"`)
    expect(JSON.parse(await ndjsonOf(log))).toMatchObject({ note: '=HYPERLINK("https://evil.example")' })
  })

  it('reads no further than it is asked', async () => {
    const log = newLog()
    await write(
      log,
      Array.from({ length: 3_000 }, (_, i) => [ago(i * 1_000), {}]),
    )
    const requests = await log.counted(async () => {
      for await (const _ of exportNdjson(log.store, log.tenant, ALL)) break
    })

    expect(requests).toBe(1)
  })
})
