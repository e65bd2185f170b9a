import type { Profile } from './profile.ts'

/** A machine without a person: client credentials only (RFC 6749 §4.4). */
export const service: Profile = {
  application_type: 'web',
  grant_types: ['client_credentials'],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic',
}
