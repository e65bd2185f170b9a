import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentOf, basic } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'

const DEMO = { email: 'demo@example.com', password: 'correct horse battery staple' }

describe('the demo of a first start', () => {
  it('is there on embedded storage, its secrets in a file of its owner alone, and stays the same', async () => {
    const house = await openHouse({ storage: 'embedded' })
    try {
      const path = join(house.dataDir, 'demo.json')
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      const written = await readFile(path, 'utf8')
      const demo = await readDemo(house)
      expect(demo.user).toEqual(DEMO)
      expect(await serviceToken(house, demo.clients)).toBe(200)
      const service = demo.clients.find(({ client_id }) => client_id === 'demo-service')
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

  it('is whole again after a start that was cut short before its file was written', async () => {
    const house = await openHouse({ storage: 'embedded' })
    try {
      const path = join(house.dataDir, 'demo.json')
      const before = await readDemo(house)
      await house.nodes[0]?.stop()
      await rm(path)
      await house.start()
      const after = await readDemo(house)
      expect(after.user).toEqual(DEMO)
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      const answers = await Promise.all(
        [before, after].map(({ clients }) => serviceToken(house, clients, house.nodes[1]?.url)),
      )
      expect(answers).toEqual([401, 200])
    } finally {
      await house.stop()
    }
  })

  it('follows the issuer to another port, and keeps its secrets; what was deleted stays away', async () => {
    const house = await openHouse({ storage: 'embedded' })
    try {
      const before = await readDemo(house)
      expect((await house.run(['client', 'delete', 'demo-spa'])).code).toBe(0)
      await house.nodes[0]?.stop()
      await house.start(0, { ISSUER: 'http://localhost:4321' })
      const after = await readDemo(house)
      expect(after).toMatchObject({
        issuer: 'http://localhost:4321',
        playground: 'http://localhost:4321/playground',
      })
      expect(after.clients).toEqual(before.clients.filter(({ client_id }) => client_id !== 'demo-spa'))
      const { stdout } = await house.run(['client', 'list', '--json'])
      const clients = JSON.parse(stdout) as { client_id: string; redirect_uris: string[] }[]
      expect(clients.map(({ client_id, redirect_uris }) => [client_id, redirect_uris])).toEqual([
        ['demo-service', []],
        ['demo-web', ['http://localhost:4321/playground/callback']],
      ])
    } finally {
      await house.stop()
    }
  })

  it('stays away from a set-up that is somebody’s own', async () => {
    const setUp = { version: 1, users: [{ email: 'ada@example.com' }] }
    const house = await openHouse({ storage: 'embedded', setUp })
    try {
      await expect(stat(join(house.dataDir, 'demo.json'))).rejects.toThrow('ENOENT')
      expect(JSON.parse((await house.run(['client', 'list', '--json'])).stdout)).toEqual([])
    } finally {
      await house.stop()
    }
  })
})

interface Demo {
  issuer: string
  playground: string
  user?: object
  clients: { client_id: string; client_secret?: string }[]
}

const readDemo = async (house: House): Promise<Demo> =>
  JSON.parse(await readFile(join(house.dataDir, 'demo.json'), 'utf8')) as Demo

async function serviceToken(house: House, clients: Demo['clients'], node = house.nodes[0]?.url ?? '') {
  const service = clients.find(({ client_id }) => client_id === 'demo-service')
  const answer = await agentOf(house).request('/oauth2/token', {
    node,
    form: { grant_type: 'client_credentials' },
    headers: {
      accept: 'application/json',
      ...basic({ clientId: 'demo-service', secret: service?.client_secret ?? '' }),
    },
  })
  return answer.status
}
