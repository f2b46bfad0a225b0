import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  /** With `/` between folders. */
  readonly name: string
  readonly content: Buffer
}

/** Halves of a record that a local header and the directory share: version 2.0, names in UTF-8, deflated, 1 January 1980. */
const VERSION = 20
const UTF8_NAMES = 0x0800
const DEFLATED = 8
const FIRST_DAY = 0x0021

/** A zip archive (APPNOTE 6.3). Without the time of day, so that the same files are the same bytes. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of entries) {
    const data = deflateRawSync(content, { level: 9 })
    const common = commonFields(name, content, data.length)
    const body = Buffer.concat([number(0x04034b50, 4), common, Buffer.from(name), data])
    const unused = Buffer.alloc(10)
    bodies.push(body)
    directory.push(
      Buffer.concat([
        number(0x02014b50, 4),
        number(VERSION, 2),
        common,
        unused,
        number(offset, 4),
        Buffer.from(name),
      ]),
    )
    offset += body.length
  }
  const listed = Buffer.concat(directory)
  const count = number(entries.length, 2)
  const end = [number(0x06054b50, 4), number(0, 4), count, count, number(listed.length, 4), number(offset, 4)]
  return Buffer.concat([...bodies, listed, ...end, number(0, 2)])
}

function commonFields(name: string, content: Buffer, compressed: number): Buffer {
  return Buffer.concat([
    number(VERSION, 2),
    number(UTF8_NAMES, 2),
    number(DEFLATED, 2),
    number(0, 2),
    number(FIRST_DAY, 2),
    number(crc32(content), 4),
    number(compressed, 4),
    number(content.length, 4),
    number(Buffer.byteLength(name), 2),
    number(0, 2),
  ])
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}
