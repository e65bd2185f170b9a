/** What each mail is told, by the names of its template. As with pages, cleaning and escaping happen behind `render`. */
import type { RiskRule } from '../telemetry/metric-labels.ts'
import type { ClientFace } from './models.ts'

export interface ReuseDetectedModel {
  /** Where the message goes: a reader with several addresses wants to know. */
  email: string
  client: Pick<ClientFace, 'name'>
  /** Epoch milliseconds. */
  at: number
  /** What was ended because of it (`REFRESH_REUSE_REVOKES`). */
  ended: 'family' | 'session' | 'user'
}

export interface NoticedModel {
  email: string
  at: number
  /** A sign-in, one that was refused though its password was right, or a session that went on. */
  what: 'sign_in' | 'refused' | 'refresh'
  /** Why the reader is told. */
  rules: readonly RiskRule[]
  /** As far as they could be told: `Firefox`, `Windows`. */
  browser?: string | undefined
  system?: string | undefined
  address?: string | undefined
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined
  /** A path of our own, where the reader says that it wasn't them. */
  link?: string | undefined
}

export interface MailModels {
  'reuse-detected': ReuseDetectedModel
  noticed: NoticedModel
}

export type MailName = keyof MailModels
