import { z } from 'zod'

/** Cost of argon2id (RFC 9106 §3.1): memory, time and lanes. */
export interface PasswordCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
}

/** What argon2 itself can do (RFC 9106 §3.1), with ceilings that keep a slip from taking the machine down. */
export const passwordCost = z.string().transform((text, context): PasswordCost => {
  const [, memory, time, lanes] = /^m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})$/.exec(text) ?? []
  const cost = { memoryKiB: Number(memory), passes: Number(time), parallelism: Number(lanes) }
  const possible = cost.memoryKiB >= 8 * cost.parallelism && cost.memoryKiB <= 2 ** 21
  if (possible && cost.passes >= 1 && cost.parallelism >= 1 && cost.parallelism <= 16) return cost
  context.addIssue('must be m=KiB,t=passes,p=lanes, with 8 KiB or more a lane, 2 GiB and 16 lanes at most')
  return z.NEVER
})

/** Equal defences by OWASP's Password Storage Cheat Sheet: less memory is paid for with more passes. */
const FLOOR = [
  { memoryKiB: 47_104, passes: 1 },
  { memoryKiB: 19_456, passes: 2 },
  { memoryKiB: 12_288, passes: 3 },
  { memoryKiB: 9216, passes: 4 },
  { memoryKiB: 7168, passes: 5 },
]

export const reachesFloor = (cost: PasswordCost): boolean =>
  FLOOR.some((least) => cost.memoryKiB >= least.memoryKiB && cost.passes >= least.passes)
