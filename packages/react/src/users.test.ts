import type { Session } from '@gatehouse/browser'
import { describe, expect, it } from 'vitest'
import { createDouble } from '../test/double.ts'
import { createUsers } from './users.ts'

const ADA = { sub: 'ada', name: 'Ada Lovelace' }
const signedIn = (): Session => ({ status: 'signed-in' })

/** Someone who watches, and every state that was seen. */
function watch(users: ReturnType<typeof createUsers>) {
  const seen: string[] = []
  const stop = users.subscribe(() => seen.push(users.getUser().status))
  return { seen, stop }
}

describe('who is signed in', () => {
  it('is asked for once, for all who want to know, and not before somebody does', async () => {
    const gatehouse = createDouble(signedIn())
    const users = createUsers(gatehouse)
    expect(users.getUser()).toEqual({ status: 'loading' })
    expect(gatehouse.calls.getUser).toBe(0)
    const [one, other] = [watch(users), watch(users)]
    await gatehouse.answerUser(ADA)
    expect(users.getUser()).toEqual({ status: 'ready', claims: ADA })
    expect(gatehouse.calls.getUser).toBe(1)
    expect([one.seen, other.seen]).toEqual([['ready'], ['ready']])
  })

  it('is the same object until something changes', async () => {
    const gatehouse = createDouble()
    const users = createUsers(gatehouse)
    const isSteady = () => expect(users.getUser()).toBe(users.getUser())
    isSteady()
    watch(users)
    gatehouse.become(signedIn())
    isSteady()
    await gatehouse.answerUser(ADA)
    isSteady()
    gatehouse.become({ status: 'signed-out', reason: 'ended' })
    isSteady()
  })

  it('is forgotten with the session, and the next person is never shown as the last', async () => {
    const gatehouse = createDouble(signedIn())
    const users = createUsers(gatehouse)
    watch(users)
    await gatehouse.answerUser(ADA)
    gatehouse.become({ status: 'signed-out', reason: 'signed-out' })
    expect(users.getUser()).toEqual({ status: 'signed-out' })
    gatehouse.become(signedIn())
    expect(users.getUser()).toEqual({ status: 'loading' })
    await gatehouse.answerUser({ sub: 'grace' })
    expect(users.getUser()).toEqual({ status: 'ready', claims: { sub: 'grace' } })
  })

  it('does not believe an answer that comes after the session', async () => {
    const gatehouse = createDouble(signedIn())
    const users = createUsers(gatehouse)
    watch(users)
    gatehouse.become(signedIn())
    await gatehouse.answerUser(ADA)
    expect(users.getUser()).toEqual({ status: 'loading' })
    await gatehouse.answerUser({ sub: 'grace' })
    expect(users.getUser()).toMatchObject({ claims: { sub: 'grace' } })
  })

  it('is asked for again after a failure, when that is wanted', async () => {
    const gatehouse = createDouble(signedIn())
    const users = createUsers(gatehouse)
    const { seen } = watch(users)
    await gatehouse.answerUser(new Error('unreachable'))
    const failed = users.getUser()
    if (failed.status !== 'failed') throw new Error(failed.status)
    expect(failed.error.message).toBe('unreachable')
    failed.retry()
    failed.retry()
    await gatehouse.answerUser(ADA)
    expect(gatehouse.calls.getUser).toBe(2)
    expect(seen).toEqual(['failed', 'loading', 'ready'])
  })

  it('leaves nobody listening', () => {
    const gatehouse = createDouble(signedIn())
    const { stop } = watch(createUsers(gatehouse))
    stop()
    expect(gatehouse.calls.listeners).toBe(0)
  })
})
