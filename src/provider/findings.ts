/** What is odd about a refresh though the rule may answer it: for the trail, the metrics and whoever weighs risks. */
import type { Grant } from '../../adapters/contract.ts'
import { type Aspect, differencesOf } from './party.ts'
import { useOf, type Verdict, wasBehind } from './rotation.ts'

export interface Finding {
  rule: /** Repeated, or late, by another party than the one that rotated. */
    | 'refresh_elsewhere'
    /** Repeated in three generations running: somebody keeps step with the owner. */
    | 'refresh_in_step'
    /** Newer than the record, twice in one run of the store. */
    | 'refresh_behind_again'
    /** A number that was never given out. */
    | 'refresh_ahead'
  differs: Aspect[]
}

const IN_STEP = 3

/** `who` presented `number`; the grant is as it was when the verdict was given. */
export function findingsIn(verdict: Verdict, grant: Grant, number: number, who: string): Finding[] {
  const uses = grant.family?.uses ?? []
  const found = (is: boolean, rule: Finding['rule'], differs: Aspect[] = []): Finding[] =>
    is ? [{ rule, differs }] : []
  if (verdict === 'ahead') return found(true, 'refresh_ahead')
  if (verdict === 'behind') return found(wasBehind(uses, grant.run), 'refresh_behind_again')
  if (verdict !== 'repeat' && verdict !== 'late') return []
  const differs = differencesOf(useOf(uses, number)?.who, who)
  const before = uses.find((use) => use.number === number - 1)?.repeats ?? 0
  return [
    ...found(differs.length > 0, 'refresh_elsewhere', differs),
    ...found(verdict === 'repeat' && before + 1 >= IN_STEP, 'refresh_in_step'),
  ]
}
