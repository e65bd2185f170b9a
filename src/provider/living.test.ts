import { describe, expect, it, vi } from 'vitest'
import type { Grant } from '../../adapters/contract.ts'
import { StoreAway } from '../shared/app-error.ts'
import { createLives } from './living.ts'

const grant = (writtenIn: number, run = 2): Grant => ({ content: {}, run, writtenIn }) as unknown as Grant

function asked({ current = true, lives = async (): Promise<boolean> => true } = {}) {
  const stillLives = vi.fn(lives)
  const epochs = { now: async () => ({}), isCurrent: async () => current }
  return { stillLives, check: createLives({ epochs, stillLives }) }
}

describe('a grant that the store has', () => {
  it('is honoured without a question to the database, as long as the store has forgotten nothing since', async () => {
    const { stillLives, check } = asked()
    expect(await check('g', grant(2))).toBe(true)
    expect(stillLives).not.toHaveBeenCalled()
  })

  it('L-2 of another run is what the database says it is, and nothing while that is away', async () => {
    expect(await asked().check('g', grant(1))).toBe(true)
    expect(await asked({ lives: async () => false }).check('g', grant(1))).toBe(false)
    const away = asked({ lives: () => Promise.reject(new StoreAway('postgresql')) })
    await expect(away.check('g', grant(1))).rejects.toThrow(StoreAway)
  })

  it('has ended with everything of its person or its client, in whatever run', async () => {
    for (const writtenIn of [1, 2])
      expect(await asked({ current: false }).check('g', grant(writtenIn))).toBe(false)
  })
})
