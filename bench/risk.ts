/** What weighing risk adds to a refresh, which has everything at hand, and to a sign-in, which asks two stores. */
import { openRedisCounters } from '../adapters/counters.ts'
import { partyOf, readTrace, withPast } from '../src/provider/party.ts'
import { knownOfRefresh } from '../src/provider/refresh-known.ts'
import { createSignInRisk } from '../src/risk.ts'
import { type AddressBook, createAddressBook } from '../src/security/address-book.ts'
import { createKeyedHash } from '../src/security/keyed-hash.ts'
import { createCrowdWatch } from '../src/security/rate-limit/crowd-watch.ts'
import { assess } from '../src/security/risk/assess.ts'
import { DEFAULT_POLICY } from '../src/security/risk/registry.ts'
import { PERSON } from '../test/support/flows.ts'
import { openHouseOn } from '../test/support/house.ts'
import { type Core, within } from '../test/support/within.ts'
import { cpuOf } from './load.ts'
import { median, print, ROUNDS, SET_UP } from './set-up.ts'

const REFRESHES = 50_000
const SIGN_INS = 2_000
/** More than an address book remembers, so that most are looked up anew. */
const ADDRESSES = 100_000
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

export async function riskOf(databaseUrl: string, redisUrl: string): Promise<void> {
  const addresses = createAddressBook({ config: {}, onRead: () => {}, onFailed: () => {} })
  await addresses.refresh()
  print(`risk adds to a refresh: ${costOfRefresh(addresses).toFixed(4)} ms of CPU (at most 0.05)`)
  const house = await openHouseOn({ databaseUrl, redisUrl }, { setUp: SET_UP, nodes: 0 })
  try {
    for (const device of ['known', 'new'] as const) {
      const cost = await within(house, (core) => costOfSignIn(core, { addresses, redisUrl, device }))
      print(`risk adds to a sign-in on a ${device} device: ${cost.toFixed(3)} ms of CPU (at most 0.5)`)
    }
  } finally {
    await house.stop()
  }
}

const addressOf = (n: number): string => `${1 + (n % 220)}.${(n >> 8) % 256}.${n % 256}.7`

/** Besides what a party was written down with before there were rules. */
function costOfRefresh(addresses: AddressBook): number {
  const under = { key: (kind: string, value: string) => `${kind}${value}`.slice(0, 4).padEnd(4, 'x') }
  const headers = { 'user-agent': FIREFOX }
  const refresh = (n: number): void => {
    const address = addressOf(n % ADDRESSES)
    const who = partyOf(
      { addressOf: () => address, aboutAddress: addresses.about },
      under,
      { headers } as never,
      '',
    )
    const uses = [{ number: 5, at: n, who: 'aaaabbbbccccdDEFR' }]
    const family = { number: 6, uses, payload: {}, currentExpiresIn: 1, endsIn: 1 }
    const grant = { readAt: n + 1000, run: 0, family } as never
    const about = addresses.about(address)
    const known = knownOfRefresh({ verdict: 'rotate', grant, number: 6, who, about, familyLife: 1 })
    assess(known, DEFAULT_POLICY)
    withPast(who, readTrace(uses[0]?.who))
  }
  return costOfEach(REFRESHES, (count) => {
    for (let n = 0; n < count; n++) refresh(n)
  })
}

const cpu = (): number => cpuOf(process.pid)

function costOfEach(count: number, work: (count: number) => void): number {
  work(count / 10)
  const costs = Array.from({ length: ROUNDS }, () => {
    const began = cpu()
    work(count)
    return (cpu() - began) / count
  })
  return median(costs)
}

interface SignIns {
  addresses: AddressBook
  redisUrl: string
  /** A new one is counted for its network, too. */
  device: 'known' | 'new'
}

async function costOfSignIn(core: Core, { addresses, redisUrl, device }: SignIns): Promise<number> {
  const counters = openRedisCounters({ url: redisUrl })
  const look = createSignInRisk({
    addresses,
    crowd: createCrowdWatch({ counters, hash: createKeyedHash(Buffer.alloc(32, 1)) }),
    findPolicy: async () => DEFAULT_POLICY,
    onAssessed: () => {},
  })
  const account = await core.accounts.users.findByEmailKey(PERSON.email)
  if (account === undefined) throw new Error('nobody signs in')
  const signIn = async (n: number): Promise<void> => {
    const [{ revoked }, weigh] = await Promise.all([
      core.accounts.signIns.history(account.id, 'd1'),
      look({ ip: addressOf(n) }),
    ])
    const seen = { id: device === 'known' ? 'd1' : 'd2', at: n, address: addressOf(n + 1), country: 'DE' }
    const untrusted = { fingerprint: undefined, trustedAt: undefined, trustedUntil: undefined }
    const history = { revoked, devices: [{ ...seen, ...untrusted, countries: ['DE'] }] }
    weigh({ sub: account.sub, at: n, device: 'd1', history })
  }
  for (let n = 0; n < SIGN_INS / 4; n++) await signIn(n)
  const began = cpu()
  for (let n = 0; n < SIGN_INS; n++) await signIn(n)
  const cost = (cpu() - began) / SIGN_INS
  await counters.close()
  return cost
}
