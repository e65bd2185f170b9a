/**
 * The parameters of a project's scrypt, as the Firebase console shows them under "Password hash parameters": the block that
 * begins with `hash_config {`, or the same as JSON.
 */
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { FirebaseConfig } from './source.ts'

const base64 = z.string().regex(/^[A-Za-z\d+/_-]+={0,2}$/)

const schema = z.object({
  algorithm: z.literal('SCRYPT').optional(),
  base64_signer_key: base64,
  base64_salt_separator: base64,
  rounds: z.coerce.number().int().positive(),
  mem_cost: z.coerce.number().int().positive(),
})

const FIELD = /\b(\w+)["']?\s*[:=]\s*["']?([\w+/=-]+)/g

export function readFirebaseConfig(text: string, path: string): FirebaseConfig {
  const read = schema.safeParse(
    Object.fromEntries([...text.matchAll(FIELD)].map(([, name, value]) => [name, value])),
  )
  if (!read.success) {
    const fields = read.error.issues.map(({ path: [field] }) => String(field)).join(', ')
    throw new Refusal(`${path} does not hold the project’s hash parameters: ${fields} ${UNREADABLE}`)
  }
  const {
    base64_signer_key: signerKey,
    base64_salt_separator: saltSeparator,
    rounds,
    mem_cost: memCost,
  } = read.data
  return { signerKey, saltSeparator, rounds, memCost }
}

const UNREADABLE = 'missing, or not what it should be.'
