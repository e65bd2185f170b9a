/** Nodes are replaced one after the other while clients with long-lived connections go on working: nobody notices. */
import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { basic, PORTAL } from '../support/flows.ts'
import type { House, Node } from '../support/house.ts'
import { familiesOf, refreshSteadily } from '../support/load.ts'
import { withHouse } from '../support/on-every-storage.ts'

withHouse({ storage: 'postgresql', nodes: 2 }, (house) => {
  test('F-144 a rolling restart fails no request of clients that keep their connections', {
    timeout: 60_000,
  }, async () => {
    const tokens = await familiesOf(house(), PORTAL, 8)
    const balancer = balance(house())
    const load = refreshSteadily(PORTAL, tokens, balancer.pick)
    try {
      await load.served()
      for (const node of [...house().nodes]) {
        const began = Date.now()
        const code = node.stop('SIGTERM')
        // Told to stop, a node says so first, and serves on until those who send it requests have noticed.
        await expect.poll(() => readiness(node), { timeout: 10_000 }).toBe(503)
        expect((await fetch(`${node.url}/oauth2/jwks`)).status).toBe(200)
        expect(await code).toBe(0)
        expect(Date.now() - began).toBeLessThan(30_000)
        await load.served()
        await house().start()
        await load.served()
      }
    } finally {
      await load.stop()
      await balancer.stop()
    }
    expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
  })

  test('F-144 what is under way when a node is told to stop is answered; a second SIGTERM ends it at once', async () => {
    const node = house().nodes.at(-1)
    if (node === undefined) throw new Error('no node runs')
    const slow = await halfSent(node)
    const exit = once(node.process, 'exit')
    node.process.kill('SIGTERM')
    await expect.poll(() => readiness(node), { timeout: 10_000 }).toBe(503)
    const other = await halfSent(node)
    expect(await slow.finish()).toBe(401)
    node.process.kill('SIGTERM')
    expect(await exit).toEqual([1, null])
    await expect(other.finish()).rejects.toThrow()
  })
})

const readiness = async (node: Node): Promise<number> =>
  fetch(`${node.management}/readyz`).then(
    ({ status }) => status,
    () => 0,
  )

/** Sends requests to ready nodes in turn, and asks as often as a load balancer does. */
function balance(house: House): { pick: () => string; stop: () => Promise<void> } {
  let ready = house.nodes.map(({ url }) => url)
  let turn = 0
  const ending = new AbortController()
  const watch = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const answers = await Promise.all(
        house.nodes.map(async (node) => ({ node, status: await readiness(node) })),
      )
      const found = answers.filter(({ status }) => status === 200).map(({ node }) => node.url)
      // With none that says so, those of before are the better guess.
      if (found.length > 0) ready = found
      await delay(500)
    }
  }
  const watching = watch()
  return {
    pick: () => ready[turn++ % ready.length] ?? '',
    stop: async () => {
      ending.abort()
      await watching
    },
  }
}

/** A request whose body is not complete: the node can't answer before `finish`, which gives the status. */
async function halfSent(node: Node): Promise<{ finish(): Promise<number> }> {
  const body = 'grant_type=refresh_token&refresh_token=none'
  const sending = request(`${node.url}/oauth2/token`, {
    method: 'POST',
    agent: false,
    headers: {
      ...basic({ clientId: 'portal', secret: 'wrong' }),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      expect: '100-continue',
    },
  })
  const answered = new Promise<number>((resolve, reject) => {
    sending.once('error', reject).once('response', (response) => resolve(response.resume().statusCode ?? 0))
  })
  answered.catch(() => {})
  sending.flushHeaders()
  // So the node has the head of it, and waits for the rest.
  await once(sending, 'continue')
  sending.write(body.slice(0, 5))
  return {
    finish: () => {
      sending.end(body.slice(5))
      return answered
    },
  }
}
