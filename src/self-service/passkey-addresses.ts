import Router from '@koa/router'

export interface PasskeyAddressesUse {
  issuer: string
  relatedOrigins: readonly string[]
}

/** What browsers and password managers ask of the passkeys of a domain. */
export function createPasskeyAddressesRouter({ issuer, relatedOrigins }: PasskeyAddressesUse): Router {
  const page = `${issuer}/account/passkeys`
  const documents = {
    // WebAuthn Level 3 §5.11: which other origins may use them.
    '/.well-known/webauthn': { origins: [issuer, ...relatedOrigins] },
    // W3C, A Well-Known URL for Relying Party Passkey Endpoints.
    '/.well-known/passkey-endpoints': { enroll: page, manage: page },
  }
  const router = new Router({ sensitive: true })
  for (const [path, document] of Object.entries(documents))
    router.get(path, (ctx) => {
      ctx.set('cache-control', 'public, max-age=3600')
      ctx.type = 'application/json'
      ctx.body = JSON.stringify(document)
    })
  return router
}
