/** The only door to `@simplewebauthn/server`: it takes a third of a second to load, which a start need not wait for. */
export const loadLibrary = () => import('@simplewebauthn/server')
export const loadHelpers = () => import('@simplewebauthn/server/helpers')
