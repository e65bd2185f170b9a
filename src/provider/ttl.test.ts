import type { Client } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import { refreshLivesOf, ttl } from './ttl.ts'

const HOUR = 3_600_000
const lifetimes = {
  accessTokenExp: 900_000,
  refreshTokenExp: 2 * HOUR,
  refreshFamilyExp: 4 * HOUR,
  sessionExp: HOUR,
  sessionMaxExp: HOUR,
}

describe('lives that a client has of its own', () => {
  const client = (own: object) => own as Client

  it('shorten the server’s, each for itself', () => {
    const refreshTokenExp = 60_000
    expect(refreshLivesOf(lifetimes, undefined)).toMatchObject({ refreshTokenExp: 2 * HOUR })
    expect(refreshLivesOf(lifetimes, { refresh_token_ttl: 60 })).toEqual({
      refreshTokenExp,
      refreshFamilyExp: 4 * HOUR,
    })
    expect(refreshLivesOf(lifetimes, { refresh_token_ttl: 60, refresh_family_ttl: 120 })).toEqual({
      refreshTokenExp,
      refreshFamilyExp: 120_000,
    })
  })

  it('never lengthen them', () => {
    const own = { refresh_token_ttl: 86_400, refresh_family_ttl: 86_400 }
    const { refreshTokenExp, refreshFamilyExp } = lifetimes
    expect(refreshLivesOf(lifetimes, own)).toEqual({ refreshTokenExp, refreshFamilyExp })
  })

  it.each([
    [{}, undefined, 900],
    [{ access_token_ttl: 60 }, undefined, 60],
    [{ access_token_ttl: 60 }, 30, 30],
    [{ access_token_ttl: 60 }, 300, 60],
    [{ access_token_ttl: 3600 }, 3600, 900],
  ])('an access token of %j for a resource of %s seconds lives %d', (own, accessTokenTTL, life) => {
    const lives = ttl(lifetimes, { now: () => 0 }).AccessToken as (...args: unknown[]) => number
    const token = accessTokenTTL === undefined ? {} : { resourceServer: { accessTokenTTL } }
    expect(lives(undefined, token, client(own))).toBe(life)
  })
})
