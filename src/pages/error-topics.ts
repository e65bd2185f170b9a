/**
 * What a person can do about an error is far less varied than the codes: each code belongs to one topic, which
 * has the words. Codes of RFC 6749 §4.1.2.1, its extensions and OpenID Connect Core §3.1.2.6, and our own.
 */
import type { AppErrorCode } from '../shared/app-error.ts'
import type { ErrorModel } from './models.ts'

export type ErrorTopic =
  /** A page or link was open too long, or used before. */
  | 'expired'
  | 'link'
  | 'not_found'
  | 'busy'
  | 'too_many'
  | 'fault'
  | 'refused'
  | 'unreadable'
  /** The application asked for something that it may not have, or in a wrong way. */
  | 'application'

type ProtocolCode =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri'
  | 'invalid_request'
  | 'invalid_request_object'
  | 'invalid_request_uri'
  | 'invalid_scope'
  | 'invalid_target'
  | 'redirect_uri_mismatch'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_response_mode'
  | 'unsupported_response_type'

const TOPICS: Record<AppErrorCode | ProtocolCode, ErrorTopic> = {
  bad_request: 'unreadable',
  forbidden: 'refused',
  not_found: 'not_found',
  method_not_allowed: 'unreadable',
  payload_too_large: 'unreadable',
  unsupported_media_type: 'unreadable',
  interaction_expired: 'expired',
  link_expired: 'link',
  busy: 'busy',
  rate_limited: 'too_many',
  store_away: 'busy',
  internal: 'fault',
  access_denied: 'refused',
  invalid_client: 'application',
  invalid_client_metadata: 'application',
  invalid_redirect_uri: 'application',
  invalid_request: 'application',
  invalid_request_object: 'application',
  invalid_request_uri: 'application',
  invalid_scope: 'application',
  invalid_target: 'application',
  redirect_uri_mismatch: 'application',
  request_not_supported: 'application',
  request_uri_not_supported: 'application',
  server_error: 'fault',
  temporarily_unavailable: 'busy',
  unauthorized_client: 'application',
  unsupported_response_mode: 'application',
  unsupported_response_type: 'application',
}

const isKnown = (code: string): code is keyof typeof TOPICS => Object.hasOwn(TOPICS, code)

export function topicOf({
  code,
  status,
  client,
}: Pick<ErrorModel, 'code' | 'status' | 'client'>): ErrorTopic {
  if (isKnown(code)) return TOPICS[code]
  if (status >= 500) return 'fault'
  if (status === 404) return 'not_found'
  return client ? 'application' : 'unreadable'
}
