/** The demo as a file for `apply` would describe it; `examples/demo.yaml` says the same. */
export const DEMO_USER = { email: 'demo@example.com', password: 'correct horse battery staple' } as const

export const CONFIDENTIAL = ['demo-web', 'demo-service'] as const
export type DemoSecrets = Readonly<Record<(typeof CONFIDENTIAL)[number], string>>

const PERSON_SCOPE = 'openid profile email phone address groups offline_access notes:read notes:write'

export const playgroundOf = (issuer: string): string => `${issuer}/playground`

export function demoDocument(issuer: string, secrets: DemoSecrets) {
  const playground = playgroundOf(issuer)
  const pages = { redirect_uris: [`${playground}/callback`], post_logout_redirect_uris: [playground] }
  return {
    version: 1,
    clients: [
      {
        client_id: 'demo-spa',
        profile: 'spa',
        client_name: 'Demo single-page application',
        scope: PERSON_SCOPE,
        ...pages,
      },
      {
        client_id: 'demo-web',
        profile: 'web',
        client_name: 'Demo web application',
        client_secret: secrets['demo-web'],
        scope: PERSON_SCOPE,
        ...pages,
      },
      {
        client_id: 'demo-service',
        profile: 'service',
        client_name: 'Demo service',
        client_secret: secrets['demo-service'],
        scope: 'notes:read notes:write',
      },
    ],
    resource_servers: [
      {
        identifier: `${playground}/api`,
        scopes: ['notes:read', 'notes:write'],
        access_token_format: 'jwt',
        signing_alg: 'ES256',
        introspection_client: 'demo-service',
      },
    ],
    users: [
      {
        ...DEMO_USER,
        email_verified: true,
        name: 'Demo Person',
        given_name: 'Demo',
        family_name: 'Person',
        preferred_username: 'demo',
        locale: 'en',
        zoneinfo: 'Europe/London',
        phone_number: '+442079460018',
        address: { street_address: '1 Gatehouse Lane', locality: 'London', country: 'GB' },
      },
    ],
  }
}
