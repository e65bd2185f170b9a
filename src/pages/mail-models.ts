/** What each mail is told, by the names of its template. As with pages, cleaning and escaping happen behind `render`. */
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

export interface NewDeviceModel {
  email: string
  at: number
  /** As far as they could be told: `Firefox`, `Windows`. */
  browser?: string
  system?: string
  address: string
}

export interface MailModels {
  'reuse-detected': ReuseDetectedModel
  'new-device': NewDeviceModel
}

export type MailName = keyof MailModels
