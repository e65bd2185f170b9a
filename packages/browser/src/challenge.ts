import type { StepUpChallenge } from './types.ts'

/** What an API says when it refuses a token (RFC 6750 §3), and whether another sign-in would help (RFC 9470 §3). */
export function readChallenge(header: string | null): {
  error?: string | undefined
  stepUp?: StepUpChallenge | false
} {
  const said = (name: string): string | undefined => RegExp(`\\b${name}="?([^",]+)`).exec(header ?? '')?.[1]
  const [error, acrValues, maxAge] = ['error', 'acr_values', 'max_age'].map(said)
  return {
    error,
    stepUp: error === 'insufficient_user_authentication' && {
      acrValues,
      maxAge: maxAge ? Number(maxAge) : undefined,
    },
  }
}
