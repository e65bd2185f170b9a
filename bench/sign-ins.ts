/** Password sign-ins at the full cost of hashing, beside the hashing engine alone. */
import { createPasswordHasher } from '../src/security/password-hash.ts'
import { type Agent, createAgent } from '../test/support/agent.ts'
import { authorizationRequest, follow, PERSON } from '../test/support/flows.ts'
import { type House, openHouseOn } from '../test/support/house.ts'
import { cpuOf, loop } from './load.ts'
import { print, SET_UP, WEB } from './set-up.ts'

const TOTAL = 300
const AT_ONCE = 8

export async function passwordSignIns(databaseUrl: string, redisUrl: string): Promise<void> {
  const engine = await hashingAlone()
  const house = await openHouseOn(
    { databaseUrl, redisUrl },
    { setUp: SET_UP, env: { PASSWORD_HASH: 'm=19456,t=2,p=1' } },
  )
  try {
    const pid = house.nodes[0]?.process.pid ?? 0
    const agents = Array.from({ length: TOTAL + AT_ONCE }, () => newAgent(house))
    const warm = agents.splice(0, AT_ONCE)
    await Promise.all(
      (await Promise.all(warm.map((agent) => openSignIn(house, agent)))).map((send) => send()),
    )
    for (const browsers of ['unknown', 'known']) {
      const pages = await Promise.all(agents.map((agent) => openSignIn(house, agent)))
      const began = cpuOf(pid)
      const { seconds } = await loop(TOTAL, AT_ONCE, async () => void (await pages.pop()?.()))
      const cost = (cpuOf(pid) - began) / TOTAL
      print(
        `  from ${browsers} browsers: ${(TOTAL / seconds).toFixed(0)} a second; server CPU ${cost.toFixed(1)} ms, engine alone ${engine.toFixed(1)} ms, ratio ${(engine / cost).toFixed(2)} (at least 0.90)`,
      )
      for (const agent of agents) keepOnlyDevice(agent)
    }
  } finally {
    await house.stop()
  }
}

/** CPU time of one, ms. */
async function hashingAlone(): Promise<number> {
  const hasher = await createPasswordHasher({
    memoryKiB: 19_456,
    passes: 2,
    parallelism: 1,
    maxWaiting: 1000,
    maxWaitMs: 60_000,
  })
  const phc = await hasher.hash(PERSON.password)
  const began = cpuOf(process.pid)
  const { seconds } = await loop(TOTAL, AT_ONCE, async () => void (await hasher.verify(phc, PERSON.password)))
  print(`password sign-ins (${hasher.engine}), engine alone ${(TOTAL / seconds).toFixed(0)} a second`)
  return (cpuOf(process.pid) - began) / TOTAL
}

const newAgent = (house: House): Agent =>
  createAgent({ issuer: house.issuer, node: house.nodes[0]?.url ?? '' })

/** Nobody is signed in any more, and the browser is one that the server has seen. */
function keepOnlyDevice({ cookies }: Agent): void {
  const kept = cookies.filter(({ name }) => name.endsWith('device'))
  if (kept.length === 0) throw new Error('the browser was given no cookie of a device')
  cookies.splice(0, cookies.length, ...kept)
}

/** A browser before the sign-in page; the returned call sends the form. */
async function openSignIn(house: House, agent: Agent): Promise<() => Promise<unknown>> {
  const { at, page } = await follow(agent, house.issuer, authorizationRequest(WEB).url)
  return async () => {
    const answer = await agent.submit(page, at, { username: PERSON.email, password: PERSON.password })
    if (answer.status !== 303) throw new Error(`the sign-in answered ${answer.status}`)
  }
}
