/** What a profile fills in where the operator says nothing; names of RFC 7591 §2. */
export interface Profile {
  application_type: 'web' | 'native'
  grant_types: readonly string[]
  response_types: readonly string[]
  token_endpoint_auth_method: string
}
