import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentOf, basic, SET_UP } from '../support/flows.ts'
import { type House, type Node, openHouse } from '../support/house.ts'
import { commandWithin, within } from '../support/within.ts'

const DEMO = { email: 'demo@example.com', password: 'correct horse battery staple' }

describe('the demo of a first start', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'embedded' })
  })
  afterAll(() => house?.stop())

  const path = () => join(house.dataDir, 'demo.json')
  async function startAgain(env: Record<string, string> = {}): Promise<Node> {
    await house.nodes.at(-1)?.stop()
    return house.start(0, env)
  }

  it('is there on embedded storage, its secrets in a file of its owner alone', async () => {
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    const demo = await readDemo(house)
    expect(demo.user).toEqual(DEMO)
    expect(await serviceToken(house, demo.clients)).toBe(200)
    const service = demo.clients.find(({ client_id }) => client_id === 'demo-service')
    expect(house.log()).not.toContain(service?.client_secret)
    expect(house.log()).not.toContain(DEMO.password)
  })

  it('does not live where others can come: another issuer name knows neither its people nor its clients', async () => {
    const written = await readFile(path(), 'utf8')
    const moved = await startAgain({ ISSUER: 'http://id.example.test' })
    const answer = await fetch(`${moved.url}/oauth2/authorize?client_id=demo-spa`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('invalid_client')
    expect((await fetch(`${moved.url}/playground`)).status).toBe(404)

    await startAgain()
    expect(await readFile(path(), 'utf8'), 'back where it was, it is the same').toBe(written)
    expect(await serviceToken(house, (await readDemo(house)).clients)).toBe(200)
  })

  it('is whole again after a start that was cut short before its file was written', async () => {
    const before = await readDemo(house)
    await rm(path())
    await startAgain()
    const after = await readDemo(house)
    expect(after.user).toEqual(DEMO)
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    const answers = await Promise.all([before, after].map(({ clients }) => serviceToken(house, clients)))
    expect(answers).toEqual([401, 200])
  })
})

it('the demo follows the issuer to another port, and keeps its secrets; what was deleted stays away', async () => {
  const house = await openHouse({ storage: 'embedded' })
  try {
    const before = await readDemo(house)
    expect(await commandWithin(house, ['client', 'delete', 'demo-spa'])).toMatchObject({ code: 0 })
    await house.nodes[0]?.stop()
    await house.start(0, { ISSUER: 'http://localhost:4321' })
    const after = await readDemo(house)
    expect(after).toMatchObject({
      issuer: 'http://localhost:4321',
      playground: 'http://localhost:4321/playground',
    })
    expect(after.clients).toEqual(before.clients.filter(({ client_id }) => client_id !== 'demo-spa'))
    const { stdout } = await commandWithin(house, ['client', 'list', '--json'])
    const clients = JSON.parse(stdout) as { client_id: string; redirect_uris: string[] }[]
    expect(clients.map(({ client_id, redirect_uris }) => [client_id, redirect_uris])).toEqual([
      ['demo-service', []],
      ['demo-web', ['http://localhost:4321/playground/callback']],
    ])
  } finally {
    await house.stop()
  }
})

it('the demo stays away from a set-up that is somebody’s own', async () => {
  const house = await openHouse({ storage: 'embedded', setUp: SET_UP })
  try {
    await expect(stat(join(house.dataDir, 'demo.json'))).rejects.toThrow('ENOENT')
    const clients = await within(house, (core) => core.clients.list())
    expect(clients.map(({ clientId }) => clientId).toSorted()).toEqual(
      SET_UP.clients.map(({ client_id }) => client_id).toSorted(),
    )
  } finally {
    await house.stop()
  }
})

interface Demo {
  issuer: string
  playground: string
  user?: object
  clients: { client_id: string; client_secret?: string }[]
}

const readDemo = async (house: House): Promise<Demo> =>
  JSON.parse(await readFile(join(house.dataDir, 'demo.json'), 'utf8')) as Demo

/** At the server that was started last. */
async function serviceToken(house: House, clients: Demo['clients']) {
  const service = clients.find(({ client_id }) => client_id === 'demo-service')
  const answer = await agentOf(house).request('/oauth2/token', {
    node: house.nodes.at(-1)?.url ?? '',
    form: { grant_type: 'client_credentials' },
    headers: {
      accept: 'application/json',
      ...basic({ clientId: 'demo-service', secret: service?.client_secret ?? '' }),
    },
  })
  return answer.status
}
