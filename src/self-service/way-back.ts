/**
 * The way back to a sign-in that somebody left for a page of ours, such as the one for a forgotten password. The browser
 * keeps the interaction's id in a cookie for as long as that can take, since mails lead back to us without it and no store
 * may hold it. It opens nothing: whoever is led to another browser's interaction is refused there.
 */
import type { Context } from 'koa'
import type { WayBackModel } from '../pages/models.ts'
import { readCookie, setCookie } from '../security/cookies.ts'

export interface WayBack {
  /** Of the page that was asked for with `?uid=…`. */
  keep(ctx: Context): void
  /** Undefined where nobody came from anywhere, or that sign-in is over. */
  find(ctx: Context): Promise<FoundWay | undefined>
}

/** `hint`: who the application expects. */
export type FoundWay = WayBackModel & { hint?: string }

export interface WayBackUse {
  issuer: string
  /** Where an interaction goes on, and for whom it is; undefined when it is over. */
  findJourneyOf: (uid: string) => Promise<FoundWay | undefined>
}

const UID = /^[\w-]{43}$/
const MAX_AGE = 3600

export function createWayBack({ issuer, findJourneyOf }: WayBackUse): WayBack {
  const secure = issuer.startsWith('https:')
  const name = secure ? '__Host-gh_back' : 'gh_back'
  const asked = ({ query: { uid } }: Context) => (typeof uid === 'string' && UID.test(uid) ? uid : undefined)
  return {
    keep: (ctx) => {
      const uid = asked(ctx)
      const attributes = { path: '/', httpOnly: true, secure, sameSite: 'Lax', maxAge: MAX_AGE } as const
      if (uid !== undefined) setCookie(ctx.res, name, uid, attributes)
    },
    find: async (ctx) => {
      const uid = asked(ctx) ?? readCookie(ctx.req.headers.cookie, name)
      return uid !== undefined && UID.test(uid) ? findJourneyOf(uid) : undefined
    },
  }
}
