/** Sign-ins beside what nobody can spare: by password, the hashing engine alone; by passkey, the library's call alone. */
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { createPasswordHasher } from '../src/security/password-hash.ts'
import { type Agent, type Answer, createAgent } from '../test/support/agent.ts'
import {
  type Authenticator,
  createAuthenticator,
  type Options,
  ORIGIN,
} from '../test/support/authenticator.ts'
import { authorizationRequest, follow, PERSON } from '../test/support/flows.ts'
import { type House, openHouseOn } from '../test/support/house.ts'
import { challengeAt, csrfIn, withPasskey } from '../test/support/passkeys.ts'
import { cpuOf, loop } from './load.ts'
import { print, SET_UP, WEB } from './set-up.ts'

const TOTAL = 300
const AT_ONCE = 8
/** Before it is measured: code that has just been loaded runs several times slower. */
const WARM = 200

export async function signIns(databaseUrl: string, redisUrl: string): Promise<void> {
  const house = await openHouseOn(
    { databaseUrl, redisUrl },
    { setUp: SET_UP, env: { PASSWORD_HASH: 'm=19456,t=2,p=1' } },
  )
  try {
    await compare(house, { ...(await hashingAlone()), open: openPassword })
    const passkey = await withPasskey(house, PERSON.email)
    await compare(house, { ...(await verifyingAlone()), open: openPasskey(passkey) })
  } finally {
    await house.stop()
  }
}

interface Way {
  name: string
  /** CPU time of what is spent in any case, ms. */
  alone: number
  atLeast?: number
  /** At the sign-in page; the returned call sends the answer. */
  open(place: Place): Promise<() => Promise<Answer>>
}

interface Place {
  agent: Agent
  at: string
  page: Answer
}

async function compare(house: House, { name, alone, atLeast, open }: Way): Promise<void> {
  const pid = house.nodes[0]?.process.pid ?? 0
  const agents = Array.from({ length: WARM + TOTAL }, () => newAgent(house))
  const openAll = (those: readonly Agent[]) =>
    Promise.all(
      those.map(async (agent) => {
        const place = { agent, ...(await follow(agent, house.issuer, authorizationRequest(WEB).url)) }
        return open(place)
      }),
    )
  const warm = await openAll(agents.splice(0, WARM))
  await loop(WARM, AT_ONCE, () => sendOne(warm))
  for (const browsers of ['unknown', 'known']) {
    const pages = await openAll(agents)
    const began = cpuOf(pid)
    const { seconds } = await loop(TOTAL, AT_ONCE, () => sendOne(pages))
    const cost = (cpuOf(pid) - began) / TOTAL
    const wanted = atLeast === undefined ? '' : ` (at least ${atLeast.toFixed(2)})`
    print(
      `${name} from ${browsers} browsers: ${(TOTAL / seconds).toFixed(0)} a second; server CPU ${cost.toFixed(1)} ms, alone ${alone.toFixed(1)} ms, ratio ${(alone / cost).toFixed(2)}${wanted}`,
    )
    for (const agent of agents) keepOnlyDevice(agent)
  }
}

async function sendOne(pages: (() => Promise<Answer>)[]): Promise<void> {
  const answer = await pages.pop()?.()
  if (answer?.status !== 303) throw new Error(`the sign-in answered ${answer?.status}`)
}

async function hashingAlone() {
  const hasher = await createPasswordHasher({
    memoryKiB: 19_456,
    passes: 2,
    parallelism: 1,
    maxWaiting: 1000,
    maxWaitMs: 60_000,
  })
  const phc = await hasher.hash(PERSON.password)
  const alone = await cpuOfOne(async () => void (await hasher.verify(phc, PERSON.password)))
  return { name: `password sign-ins (${hasher.engine})`, alone, atLeast: 0.9 }
}

async function verifyingAlone() {
  const authenticator = createAuthenticator()
  const [challenge, rpId] = ['of-a-bench', 'localhost']
  const options: Options = { challenge, rpId, rp: { id: rpId } }
  const expected = { expectedChallenge: challenge, expectedOrigin: ORIGIN, expectedRPID: rpId }
  const made = authenticator.make(options) as Parameters<typeof verifyRegistrationResponse>[0]['response']
  const { registrationInfo } = await verifyRegistrationResponse({ ...expected, response: made })
  if (registrationInfo === undefined) throw new Error('the library refused the passkey')
  const { credential } = registrationInfo
  const response = authenticator.get(options) as Parameters<
    typeof verifyAuthenticationResponse
  >[0]['response']
  const alone = await cpuOfOne(async () => {
    const { verified } = await verifyAuthenticationResponse({ ...expected, response, credential })
    if (!verified) throw new Error('the library refused the signature')
  })
  return { name: 'passkey sign-ins', alone }
}

/** ms, once it is warm. */
async function cpuOfOne(call: () => Promise<void>): Promise<number> {
  await loop(WARM, AT_ONCE, call)
  const began = cpuOf(process.pid)
  await loop(TOTAL, AT_ONCE, call)
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

const openPassword =
  async ({ agent, page, at }: Place): Promise<() => Promise<Answer>> =>
  () =>
    agent.submit(page, at, { username: PERSON.email, password: PERSON.password })

/** As the page's script does: the challenge was asked for when the page was shown. */
const openPasskey =
  (passkey: Authenticator) =>
  async ({ agent, page, at }: Place): Promise<() => Promise<Answer>> => {
    const options: Options = await challengeAt(agent, at, csrfIn(page.text))
    const response = JSON.stringify(passkey.get(options))
    return () => agent.submit(page, at, { method: 'passkey', response })
  }
