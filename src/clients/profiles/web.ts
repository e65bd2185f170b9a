import type { Profile } from './profile.ts'

/** A server-side web application: keeps a secret, signs people in. */
export const web: Profile = {
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
}
