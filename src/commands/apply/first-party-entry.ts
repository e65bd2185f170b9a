/** The built-in client of the first-party API: what its tokens are for, and how long they live. */
import { z } from 'zod'
import { duration } from '../../config/values/duration.ts'
import { isScope, NO_SCOPE } from './client-entry.ts'
import { resourceIndicator } from './resource-server-entry.ts'

/** The server's own lives limit these: what is longer is cut at what they are. */
export const firstPartyEntry = z
  .strictObject({
    resource: resourceIndicator.optional(),
    scope: z.string().refine(isScope, NO_SCOPE).optional(),
    access_token_ttl: duration('1s', '15m').optional(),
    refresh_token_ttl: duration('1s', '3650d').optional(),
    refresh_family_ttl: duration('1s', '3650d').optional(),
  })
  .refine(({ resource, scope }) => scope === undefined || resource !== undefined, {
    path: ['scope'],
    error: 'needs a resource',
  })
  .refine(({ refresh_token_ttl: token = 0, refresh_family_ttl: family = token }) => token <= family, {
    path: ['refresh_family_ttl'],
    error: 'must not be shorter than refresh_token_ttl',
  })

export type FirstPartyEntry = z.output<typeof firstPartyEntry>
