import type { TrailRow } from '../../audit/trail-repository.ts'

/** A row as programs read it. `record` is the text that was hashed; `personal` what is left of what may be erased. */
export const toJson = ({ chain, sequence, recordedAt, hash, record, personal }: TrailRow) => ({
  chain,
  sequence,
  recorded_at: new Date(recordedAt).toISOString(),
  event: JSON.parse(record) as Record<string, unknown>,
  personal: { ip: personal.ip, user_agent: personal.userAgent, name: personal.name },
  record,
  hash: hash.toString('hex'),
})
