/** The audit trail of a house, as an operator reads it. */
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { House } from './house.ts'
import { commandWithin } from './within.ts'

export interface TrailLine {
  chain: 'main' | 'refreshes'
  sequence: number
  recorded_at: string
  event: Record<string, unknown> & { id: string; type: string; details?: Record<string, unknown> }
  personal: { ip?: string; user_agent?: string; name?: string }
  record: string
  hash: string
}

const SOON = { timeout: 15_000, interval: 100 }

/** Everything that was recorded up to now: what still waits in Redis is waited for. */
export async function trailOf(house: House, args: readonly string[] = []): Promise<TrailLine[]> {
  if (house.redisUrl !== undefined && house.nodes.length > 0) await waitUntilTaken(house.redisUrl)
  return lines((await commandWithin(house, ['audit', 'export', ...args])).stdout)
}

export const lines = (stdout: string): TrailLine[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TrailLine)

async function waitUntilTaken(url: string): Promise<void> {
  const redis = new Redis(url)
  try {
    await expect.poll(() => redis.xlen('gh:events'), SOON).toBe(0)
  } finally {
    redis.disconnect()
  }
}

/** The types of all events of one request. */
export const typesOf = (trail: readonly TrailLine[], requestId: string): string[] =>
  trail.filter(({ event }) => event['request_id'] === requestId).map(({ event }) => event.type)

export async function expectWhole(house: House): Promise<void> {
  const { code, stdout } = await commandWithin(house, ['audit', 'verify'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining('fail') })
}
