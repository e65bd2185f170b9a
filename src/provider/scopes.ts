/** Scopes of the server itself (OpenID Connect Core §5.4, §11); those of resource servers come from their own set-up. */
export const SERVER_SCOPES = [
  'openid',
  'profile',
  'email',
  'phone',
  'address',
  'groups',
  'offline_access',
] as const

const known: ReadonlySet<string> = new Set(SERVER_SCOPES)

export const isServerScope = (scope: string): boolean => known.has(scope)
export const splitScope = (scope: string | undefined): string[] =>
  scope?.split(' ').filter((s) => s !== '') ?? []
