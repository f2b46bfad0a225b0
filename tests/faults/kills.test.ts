import { expect, it } from 'vitest'
import { killRepeatedly } from './kills.ts'

it('A process that is killed again and again under load loses nothing that it has acknowledged', async () => {
  const { acknowledged, unanswered, losses } = await killRepeatedly(2, 5)

  expect(losses).toEqual([])
  expect(acknowledged).toBeGreaterThan(50)
  expect(unanswered).toBeGreaterThan(0)
})
