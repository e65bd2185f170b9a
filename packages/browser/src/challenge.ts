import type { StepUpChallenge } from './types.ts'

/** What an API says when it refuses a token (RFC 6750 §3), and whether another sign-in would help (RFC 9470 §3). */
export function readChallenge(header: string | null): {
  error?: string | undefined
  stepUp?: StepUpChallenge
} {
  const said = (name: string): string | undefined => RegExp(`\\b${name}="?([^",]+)`).exec(header ?? '')?.[1]
  const [error, acrValues, maxAge, scope] = ['error', 'acr_values', 'max_age', 'scope'].map(said)
  if (error !== 'insufficient_user_authentication') return { error }
  return {
    error,
    stepUp: {
      ...(acrValues && { acrValues }),
      ...(maxAge && { maxAge: Number(maxAge) }),
      ...(scope && { scope }),
    },
  }
}
