import type { Profile } from './profile.ts'

/** An application on a phone or desktop (RFC 8252): public, loopback or private-use redirect URIs. */
export const native: Profile = {
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}
