import { addNext, type ChangeDataKeysUse, type RotationRefusal, refuseUnlisted } from './rotate-data-key.ts'
import type { DataKeyPurpose } from './rows.ts'

export type CompromiseOutcome = { ok: true; number: number } | ({ ok: false } & RotationRefusal)

/**
 * After a leak of a purpose's keys: a new one is in use at once, and those before it are refused. Their copies go, but
 * for what must still be read by them: secrets of clients that are known only by their hash under a pepper.
 */
export const compromiseDataKeys =
  ({ repository, masters }: Omit<ChangeDataKeysUse, 'lives'>) =>
  (purpose: Exclude<DataKeyPurpose, 'field'>): Promise<CompromiseOutcome> =>
    repository.alone(async (own) => {
      const { keys } = await own.read()
      const refusal = refuseUnlisted(keys, masters)
      if (refusal !== undefined) return { ok: false, ...refusal }
      for (const key of keys.filter((key) => key.purpose === purpose && key.ended === undefined))
        await own.end(key, 'compromised', purpose === 'pepper' ? 'keep' : 'delete')
      return { ok: true, number: await addNext(own, masters, keys, purpose, 0) }
    })

export interface CompromiseFieldKeysUse extends Omit<ChangeDataKeysUse, 'lives'> {
  /** All nodes learn of the new key. */
  announce: () => Promise<void>
  /** Resolves when every node has. */
  settle: () => Promise<void>
  /** Seals under the key in use all that is not; how many values, and whether any is left. */
  reseal: () => Promise<{ count: number; left: boolean }>
}

/**
 * What `field` has encrypted can't end: it is encrypted anew, and only then are the old keys refused. Begun anew after it
 * was stopped, it takes yet another key and does what is left.
 */
export const compromiseFieldKeys =
  ({ repository, masters, announce, settle, reseal }: CompromiseFieldKeysUse) =>
  async (): Promise<(CompromiseOutcome & { ok: false }) | { ok: true; number: number; count: number }> => {
    const begun = await repository.alone(async (own) => {
      const { keys } = await own.read()
      const refusal = refuseUnlisted(keys, masters)
      return refusal ?? { number: await addNext(own, masters, keys, 'field', 0) }
    })
    if ('reason' in begun) return { ok: false, ...begun }
    await announce()
    const { count: first } = await reseal()
    await settle()
    // What a node that had not noticed yet has sealed in between.
    const { count: second, left } = await reseal()
    if (left)
      throw new Error('encrypted fields changed all the time: the old field keys still live, try again')
    await repository.alone(async (own) => {
      const { keys } = await own.read()
      const old = keys.filter(({ purpose, number }) => purpose === 'field' && number < begun.number)
      for (const key of old.filter(({ ended }) => ended === undefined))
        await own.end(key, 'compromised', 'delete')
    })
    return { ok: true, number: begun.number, count: first + second }
  }
