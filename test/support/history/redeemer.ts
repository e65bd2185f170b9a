/** A browser that is sent for one code after the other, and a client that redeems each, often more than once. */
import { setTimeout as delay } from 'node:timers/promises'
import { createAgent } from '../agent.ts'
import { authorizationRequest, authorize, basic, OWN } from '../flows.ts'
import type { House } from '../house.ts'
import type { Caller } from './caller.ts'
import { drawMishap } from './honest.ts'
import type { Random } from './random.ts'

export interface RedeemerUse {
  name: string
  house: House
  url: string
  caller: Caller
  random: Random
  mishaps: number
  isOver: () => boolean
}

/** So many codes of before are known. */
const OLD = 8

export async function redeemSteadily(use: RedeemerUse): Promise<void> {
  const { house, random } = use
  const agent = createAgent({ issuer: house.issuer, node: use.url })
  const former: (() => Promise<void>)[] = []
  while (!use.isOver()) {
    const request = authorizationRequest(OWN, { scope: 'openid' })
    const callback = await authorize(house, agent, request).catch(() => undefined)
    const code = callback?.searchParams.get('code')
    if (!code) {
      await delay(random.between(20, 80))
      continue
    }
    const redeeming = () => redeem(use, code, request.verifier)
    await redeeming()
    // Whoever finds an old one may try it, too.
    if (random.chance(0.3)) await former[random.between(0, former.length - 1)]?.()
    former.push(redeeming)
    if (former.length > OLD) former.shift()
  }
}

async function redeem(
  { name, caller, random, mishaps }: RedeemerUse,
  code: string,
  verifier: string,
): Promise<void> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: OWN.redirectUri,
    code_verifier: verifier,
  }
  const headers = {
    ...basic(OWN),
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  const message = {
    method: 'POST',
    path: '/oauth2/token',
    headers,
    body: new URLSearchParams(form).toString(),
  }
  const about = { kind: 'redeem', party: 'owner', client: name, session: name, input: code } as const
  for (;;) {
    const copies = Array.from({ length: random.between(1, 3) }, () =>
      caller.call(about, message, random.chance(mishaps) ? drawMishap(random) : {}),
    )
    const replies = await Promise.all(copies)
    if (replies.some((reply) => reply !== undefined && reply.status < 500)) return
    await delay(random.between(20, 80))
  }
}
