import type { Profile } from './profile.ts'

/** An application that runs in the browser: public, PKCE is its only proof. */
export const spa: Profile = {
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}
