import { judgeDataKeys } from './data-key-states.ts'
import type { ChangeDataKeysUse } from './rotate-data-key.ts'
import type { DataKeyPurpose } from './rows.ts'

export interface RetireDataKeyUse extends Omit<ChangeDataKeysUse, 'masters'> {
  /** Makes anew with the key in use what can be; the names of what still needs the old one. */
  free: (purpose: DataKeyPurpose, number: number) => Promise<readonly string[]>
}

export type RetireOutcome =
  | { ok: true }
  | { ok: false; reason: 'unknown' | 'retired' | 'in_use' }
  /** Epoch ms. */
  | { ok: false; reason: 'needed'; until: number }
  | { ok: false; reason: 'used_by'; names: readonly string[] }

/** Ends a key that nothing needs any more: every copy of it is deleted. */
export const retireDataKey =
  ({ repository, lives, free }: RetireDataKeyUse) =>
  async (purpose: DataKeyPurpose, number: number): Promise<RetireOutcome> => {
    const stored = await repository.read()
    const key = judgeDataKeys(stored, lives).find((k) => k.purpose === purpose && k.number === number)
    if (key === undefined) return { ok: false, reason: 'unknown' }
    if (key.state === 'retired') return { ok: false, reason: 'retired' }
    if (key.neededUntil === undefined) return { ok: false, reason: 'in_use' }
    if (key.neededUntil > stored.now) return { ok: false, reason: 'needed', until: key.neededUntil }
    const names = await free(purpose, number)
    if (names.length > 0) return { ok: false, reason: 'used_by', names }
    await repository.alone((own) => own.end({ purpose, number }, 'retired', 'delete'))
    return { ok: true }
  }
