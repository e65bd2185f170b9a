import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openHouse } from '../support/house.ts'

describe('production', () => {
  it('A-907 does not start on embedded storage', async () => {
    const house = await openHouse({ storage: 'embedded', nodes: 0, env: { NODE_ENV: 'production' } })
    try {
      for (const command of ['serve', 'migrate']) {
        const { code, stderr } = await house.run([command])
        expect(code).toBe(78)
        expect(stderr).toContain('DATABASE_URL')
        expect(stderr).toContain('ISSUER')
      }
    } finally {
      await house.stop()
    }
  })

  it('A-907 has no playground, no mailbox, no gallery', async () => {
    const env = {
      NODE_ENV: 'production',
      ISSUER: 'https://id.example.com',
      PASSWORD_HASH: 'm=19456,t=2,p=1',
      MASTER_KEY: randomBytes(32).toString('base64'),
    }
    const house = await openHouse({ storage: 'postgresql', env })
    try {
      for (const path of [
        '/playground',
        '/playground/callback',
        '/dev/mailbox',
        '/dev/pages',
        '/dev',
        '/pages',
      ]) {
        const answer = await fetch(`${house.nodes[0]?.url}${path}`, { redirect: 'manual' })
        expect([path, answer.status]).toEqual([path, 404])
      }
    } finally {
      await house.stop()
    }
  })
})
