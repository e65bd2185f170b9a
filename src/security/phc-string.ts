/**
 * The PHC strings that we verify: argon2id, version 19 (RFC 9106), parameters in any order. A stored hash says
 * itself how much memory and time it wants, and hashes come with imports too: what asks for more than any
 * honest set-up is refused here, before a byte is allocated.
 */
export interface Argon2Cost {
  memoryKiB: number
  passes: number
  parallelism: number
}

const MOST: Argon2Cost = { memoryKiB: 262_144, passes: 10, parallelism: 16 }

const PHC = /^\$argon2(id|i|d)\$v=(16|19)\$((?:,?[mtp]=[1-9]\d{0,6}){3})\$([^$]{11,86})\$([^$]{22,86})$/

/** The cost a PHC string asks for; undefined when it is none of ours or asks for too much. */
export function readPhc(phc: string): Argon2Cost | undefined {
  const read = readAnyPhc(phc)
  return read !== undefined && read !== 'too_dear' && read.ours ? read.cost : undefined
}

/** The same of every argon2, of both its versions; `ours`: argon2id, version 19. */
export function readAnyPhc(phc: string): { cost: Argon2Cost; ours: boolean } | 'too_dear' | undefined {
  const [, type, version, parameters = '', salt = '', hash = ''] = PHC.exec(phc) ?? []
  const values = new Map(parameters.split(',').map((p) => [p.slice(0, 1), Number(p.slice(2))]))
  const [memoryKiB, passes, parallelism] = [values.get('m'), values.get('t'), values.get('p')]
  if (memoryKiB === undefined || passes === undefined || parallelism === undefined) return undefined
  if (!within(bytesOf(salt), 8, 64) || !within(bytesOf(hash), 16, 64)) return undefined
  const cost = { memoryKiB, passes, parallelism }
  return isBearable(cost) ? { cost, ours: type === 'id' && version === '19' } : 'too_dear'
}

/** Zero when it is not the one unpadded base64 of those bytes: the engines would stumble over it. */
function bytesOf(text: string): number {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === text ? bytes.length : 0
}

/** Argon2 itself wants 8 KiB a lane (RFC 9106 §3.1). */
export function isBearable({ memoryKiB, passes, parallelism }: Argon2Cost): boolean {
  return (
    within(parallelism, 1, MOST.parallelism) &&
    within(passes, 1, MOST.passes) &&
    within(memoryKiB, 8 * parallelism, MOST.memoryKiB)
  )
}

export const sameCost = (a: Argon2Cost, b: Argon2Cost): boolean =>
  a.memoryKiB === b.memoryKiB && a.passes === b.passes && a.parallelism === b.parallelism

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most
