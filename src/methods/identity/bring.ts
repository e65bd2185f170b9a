import { newRowId } from '../../shared/ids.ts'
import { type StoredIdentity, SUBJECT } from './stored.ts'

/** Where people signed in who come from elsewhere, and where the same is here. */
export type Places = ReadonlyMap<string, { slug: string; id: string; issuer: string }>

export interface BroughtIdentity {
  id: string
  method: 'identity'
  data: StoredIdentity
  /** What its connector is called in addresses. */
  connector: string
}

/**
 * Somebody was known elsewhere by another system, which says so; here they are by the connector that takes its place. Undefined
 * where none does, null for what is no subject identifier.
 */
export const bringIdentity =
  (places: Places) =>
  ({ at, subject }: { at: string; subject: string }): BroughtIdentity | undefined | null => {
    const place = places.get(at)
    if (place === undefined) return undefined
    if (!SUBJECT.test(subject)) return null
    const { slug, id: connector, issuer } = place
    return { id: newRowId(), method: 'identity', data: { connector, issuer, subject }, connector: slug }
  }
