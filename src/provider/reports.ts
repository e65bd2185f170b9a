import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant } from '../../adapters/contract.ts'
import type { Assessment } from '../security/risk/assess.ts'

/**
 * What the protocol tells the log and the metrics, by the rule's verdicts. The library's own events can't: a repeat
 * emits them again, and they come before the commit.
 */
export interface Reports {
  refreshed(ctx: KoaContextWithOIDC, grant: Grant, result: 'rotated' | 'repeat' | 'behind'): void
  refreshRefused(
    ctx: KoaContextWithOIDC,
    grant: Grant,
    reason: 'late' | 'ahead' | 'invalid' | 'denied' | 'step_up' | 'client_mismatch' | 'key_mismatch',
  ): void
  refreshReused(ctx: KoaContextWithOIDC, grant: Grant, number: number): void
  noticed(ctx: KoaContextWithOIDC, grant: Grant, assessment: Assessment): void
  unheard(ctx: KoaContextWithOIDC): void
  codeReplayed(ctx: KoaContextWithOIDC, grant: Grant, outcome: { revoked: boolean }): void
  issued(ctx: KoaContextWithOIDC): void
  /** An error that the library answered; `reason` is for the log only. */
  failed(ctx: KoaContextWithOIDC, error: Error): void
}
