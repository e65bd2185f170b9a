/** From what a store keeps of an ending to the `Ending` of the contract: the same for every store. */
import type { Ending, StoredEvent } from './contract.ts'
import type { Birth } from './stored-grant.ts'

/** For what is no artifact. */
export const GRANT = 'Grant'

export interface StoredEnding {
  event: StoredEvent
  /** An artifact's model, or `GRANT`. */
  model: string
  /** Its payload, or the grant's birth: JSON. */
  record: string
}

/** Undefined for what no store of ours has written: others may write there too, and must not stop who reads. */
export function readEnding({ event, model, record }: StoredEnding): Ending | undefined {
  const read = parse(record)
  if (model !== GRANT) return isObject(read) ? { event, kind: 'artifact', model, payload: read } : undefined
  if (!Array.isArray(read) || !isObject(read[3]) || !isObject(read[4])) return undefined
  const [account, client, session, content, code] = read as Birth
  return { event, kind: 'grant', grant: { account, client, session, content, code } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, never> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
