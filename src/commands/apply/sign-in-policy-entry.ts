/** What a sign-in has to be: for everybody under `policies`, for a client's own at the client. docs/sign-in.md. */
import { z } from 'zod'
import { duration } from '../../config/values/duration.ts'
import { LEVELS } from '../../security/sign-in-policy/levels.ts'
import { METHODS, type MethodId } from '../../telemetry/metric-labels.ts'

/** Nobody gets in by a second factor alone. */
const BEGIN: readonly MethodId[] = ['passkey', 'password', 'email-code']
const level = z.enum(LEVELS).optional()

const fields = {
  level,
  methods: z
    .array(z.enum(METHODS))
    .min(1)
    .refine((names) => names.some((name) => BEGIN.includes(name)), `needs one of ${BEGIN.join(', ')}`)
    .optional(),
  session_length: duration('1s', '3650d').optional(),
  remember_device: duration('0', '400d').optional(),
  new_device: level,
  risky: level,
}

const MANY = 'must be a number from 1 to 1000'

/** A person's sessions are of no one client, so none limits their number. */
export const clientSignInEntry = z.strictObject(fields)

export const signInPolicyEntry = z.strictObject({
  ...fields,
  max_sessions: z.int().min(1, MANY).max(1000, MANY).optional(),
})

export type SignInPolicyEntry = z.output<typeof signInPolicyEntry>
