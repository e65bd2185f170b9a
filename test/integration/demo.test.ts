import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentOf, basic } from '../support/flows.ts'
import { openHouse } from '../support/house.ts'

const DEMO = { email: 'demo@example.com', password: 'correct horse battery staple' }

describe('the demo of a first start', () => {
  it('is there on embedded storage, its secrets in a file of its owner alone, and stays the same', async () => {
    const house = await openHouse({ storage: 'embedded' })
    try {
      const path = join(house.dataDir, 'demo.json')
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      const written = await readFile(path, 'utf8')
      const demo = JSON.parse(written) as { clients: { client_id: string; client_secret?: string }[] }
      expect(demo).toMatchObject({ user: DEMO })
      const service = demo.clients.find(({ client_id }) => client_id === 'demo-service')
      const answer = await agentOf(house).request('/oauth2/token', {
        form: { grant_type: 'client_credentials' },
        headers: {
          accept: 'application/json',
          ...basic({ clientId: 'demo-service', secret: service?.client_secret ?? '' }),
        },
      })
      expect(answer.status).toBe(200)
      expect(house.log()).not.toContain(service?.client_secret)
      expect(house.log()).not.toContain(DEMO.password)

      await house.nodes[0]?.stop()
      await house.start()
      expect(await readFile(path, 'utf8')).toBe(written)
    } finally {
      await house.stop()
    }
  })

  it('does not live where others can come: another issuer name knows neither its people nor its clients', async () => {
    const house = await openHouse({ storage: 'embedded' })
    try {
      await house.nodes[0]?.stop()
      const moved = await house.start(0, { ISSUER: 'http://id.example.test' })
      const answer = await fetch(`${moved.url}/oauth2/authorize?client_id=demo-spa`)
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('invalid_client')
      expect((await fetch(`${moved.url}/playground`)).status).toBe(404)
    } finally {
      await house.stop()
    }
  })
})
