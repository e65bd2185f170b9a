/** The two ways to sign in, each at an address of its own, with a session of its own. */
import { createGatehouse, type Gatehouse } from '@gatehouse/browser'

export const ISSUER = import.meta.env.VITE_ISSUER

export interface Way {
  kind: 'form' | 'redirect'
  path: string
  name: string
  make: () => Gatehouse
}

/** The first-party API: for applications of whoever runs the server. */
const form: Way = {
  kind: 'form',
  path: '/',
  name: 'With a form here',
  make: () => createGatehouse({ issuer: ISSUER, origins: [ISSUER] }),
}

/** OpenID Connect: for every application. */
const redirect: Way = {
  kind: 'redirect',
  path: '/redirect',
  name: 'By redirect',
  make: () => createGatehouse({ issuer: ISSUER, clientId: 'fieldnotes', origins: [ISSUER] }),
}

export const WAYS: readonly Way[] = [form, redirect]

export const wayOf = (path: string): Way => (path === redirect.path ? redirect : form)
