import type { Core } from '../../core.ts'
import { DATA_KEYS_TOPIC } from '../../keys/keep-fresh.ts'
import type { RotationRefusal } from '../../keys/rotate-data-key.ts'

/** This process and every node take in what has changed; a notice that is lost costs a node two seconds. */
export async function announce({ keys, notices }: Pick<Core, 'keys' | 'notices'>): Promise<void> {
  await keys.reread()
  await notices.publish(DATA_KEYS_TOPIC, 'changed')
}

export const at = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`

export function sentenceOf(refusal: RotationRefusal): string {
  switch (refusal.reason) {
    case 'announced':
      return `Number ${refusal.number} is announced already, and in use from ${at(refusal.usableFrom)}.`
    case 'too_early':
      return (
        'Sessions and grants of the pepper before this one may still live: a new one can be in use from ' +
        `${at(refusal.notBefore)}, not before.`
      )
    case 'number_in_use':
      return `A refresh token can’t tell the new key from number ${refusal.number}: retire that one first.`
    case 'unlisted_masters':
      return (
        `${refusal.count} copies are under master keys that MASTER_KEY does not list. A node that has only those ` +
        'could not open a new key: give every node the same list, then gatehouse keys rewrap.'
      )
  }
}
