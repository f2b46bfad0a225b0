import { expect, it, vi } from 'vitest'
import { createLineWriter } from '../../local/line-writer.ts'

it('lines that come together are written together, in their order, and none is written twice', async () => {
  const written: string[] = []
  const line = createLineWriter((text) => written.push(text))
  line('first')
  line('second')
  expect(written).toEqual([])
  await vi.waitFor(() => expect(written).toEqual(['first\nsecond\n']))
  line('third')
  await vi.waitFor(() => expect(written).toEqual(['first\nsecond\n', 'third\n']))
})
