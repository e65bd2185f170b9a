import { describe, expect, test } from 'vitest'
import { localNotices, type Notices, postgresNotices, redisNotices } from '../../adapters/notices.ts'
import { freshDatabase, freshRedis } from '../support/databases.ts'
import { startPostgres, startRedis } from '../support/services.ts'

const PATIENCE = { timeout: 10_000, interval: 50 }

/** Tells again and again, as a notice may be lost, until one is heard on the other side. */
async function untilHeard(from: Notices, to: Notices, topic = 'client'): Promise<void> {
  const heard: string[] = []
  to.subscribe(topic, (key) => heard.push(key))
  const tell = async () => {
    await from.publish(topic, 'a key with spaces')
    return heard[0]
  }
  await expect.poll(tell, PATIENCE).toBe('a key with spaces')
}

test('a node that is alone hears itself', async () => {
  const notices = localNotices()
  const heard: string[] = []
  notices.subscribe('client', (key) => heard.push(key))
  await notices.publish('client', 'portal')
  await notices.publish('account', 'ada')
  expect(heard).toEqual(['portal'])
  await notices.close()
})

describe.each([
  ['Redis', redisNotices, async () => freshRedis()],
  ['PostgreSQL', postgresNotices, async () => (await freshDatabase()).url],
])('over %s', (_name, open, address) => {
  test('nodes hear each other, by topic', async () => {
    const url = await address()
    const [a, b] = [open(url), open(url)]
    const wrong: string[] = []
    b.subscribe('account', (key) => wrong.push(key))
    await untilHeard(a, b)
    await untilHeard(b, a)
    expect(wrong).toEqual([])
    await Promise.all([a.close(), b.close()])
  })

  test('a node hears itself at once, without waiting for the others', async () => {
    const notices = open(await address())
    const heard: string[] = []
    notices.subscribe('client', (key) => heard.push(key))
    const sent = notices.publish('client', 'portal')
    expect(heard).toEqual(['portal'])
    await sent
    await notices.close()
  })
})

describe.each([
  ['Redis', redisNotices, startRedis],
  ['PostgreSQL', postgresNotices, startPostgres],
])('when %s goes away and comes back', (_name, open, start) => {
  test('telling does not fail meanwhile, and nodes hear each other again', async () => {
    const service = await start()
    const [a, b] = [open(service.url), open(service.url)]
    await untilHeard(a, b)
    service.kill('SIGKILL')
    await expect(a.publish('client', 'lost')).resolves.toBeUndefined()
    await service.restart()
    await untilHeard(a, b, 'afterwards')
    await Promise.all([a.close(), b.close()])
    await service.stop()
  })

  test('telling returns within two seconds when nobody answers', async () => {
    const service = await start()
    const [a, b] = [open(service.url), open(service.url)]
    await untilHeard(a, b)
    service.kill('SIGSTOP')
    const before = performance.now()
    await Promise.all(['x', 'y', 'z'].map((key) => a.publish('client', key)))
    expect(performance.now() - before).toBeLessThan(2_000)
    service.kill('SIGCONT')
    await Promise.all([a.close(), b.close()])
    await service.stop()
  })
})
