import { CHAINS } from '../../audit/catalogue.ts'
import { type Verdict, type VerifyUse, verifyChain } from '../../audit/verify.ts'
import type { CommandContext } from '../context.ts'

/** Both chains, also when the first is broken. True when nothing is wrong. */
export async function verifyTrail(
  use: VerifyUse,
  { print }: CommandContext,
  json: boolean,
): Promise<boolean> {
  let ok = true
  for (const chain of CHAINS) {
    const verdict = await verifyChain(use, chain)
    ok &&= verdict.ok
    print(json ? JSON.stringify(verdict) : sentence(verdict))
  }
  return ok
}

function sentence(verdict: Verdict): string {
  const { chain } = verdict
  if (!verdict.ok) {
    const id = verdict.id === undefined ? '' : ` (event ${verdict.id})`
    return `fail  chain ${chain}, row ${verdict.sequence}${id}: ${verdict.fault}`
  }
  const { rows, first, last } = verdict
  return rows === 0
    ? `ok    chain ${chain}: empty`
    : `ok    chain ${chain}: ${rows} rows, ${first} to ${last}`
}
