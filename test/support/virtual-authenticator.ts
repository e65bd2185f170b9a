/** People's own devices: a browser each, with virtual authenticators (WebAuthn Level 3 §11). */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type Authenticator, createAuthenticator } from './authenticator.ts'
import { type Visit, visit } from './browser.ts'
import type { House } from './house.ts'
import { withPasskey } from './passkeys.ts'

/** `cable`: a telephone that is reached from another device (hybrid). */
type Transport = 'internal' | 'cable' | 'usb'

/** As a browser keeps it; binary values in base64. */
export type Kept = Awaited<ReturnType<typeof kept>>[number]

export interface VirtualAuthenticator {
  readonly id: string
  readonly cdp: CDPSession
}

export interface OwnDevice extends Visit {
  cdp: CDPSession
  /** What is built in. */
  authenticator: VirtualAuthenticator
}

/** A person's own device: `present`: they confirm at once what it asks. */
export async function openDevice(
  browser: Browser,
  { present = true }: { present?: boolean } = {},
): Promise<OwnDevice> {
  const visitor = await visit(browser)
  const cdp = await visitor.context.newCDPSession(visitor.page)
  await cdp.send('WebAuthn.enable')
  return { ...visitor, cdp, authenticator: await plugIn(cdp, { present }) }
}

/** One more, within reach of this browser. */
export async function plugIn(
  cdp: CDPSession,
  { transport = 'internal', present = true }: { transport?: Transport; present?: boolean } = {},
): Promise<VirtualAuthenticator> {
  const able = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true } as const
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport, automaticPresenceSimulation: present, ...able },
  })
  return { id, cdp }
}

export const unplug = ({ cdp, id }: VirtualAuthenticator): Promise<unknown> =>
  cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id })

export const isPresent = ({ cdp, id }: VirtualAuthenticator, enabled: boolean): Promise<unknown> =>
  cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled })

/** What lies on it now. */
export const kept = async ({ cdp, id }: VirtualAuthenticator) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials

/** The same key on this one too. */
export const keep = ({ cdp, id }: VirtualAuthenticator, credential: Kept): Promise<unknown> =>
  cdp.send('WebAuthn.addCredential', { authenticatorId: id, credential })

/** A passkey that was made on it before. */
export async function holds(
  house: House,
  authenticator: VirtualAuthenticator,
  email: string,
): Promise<Authenticator> {
  const made = await withPasskey(house, email, createAuthenticator({ origin: house.issuer }))
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  await keep(authenticator, {
    ...{ credentialId: standard(made.id), userHandle: standard(made.userHandle), rpId: 'localhost' },
    ...{ isResidentCredential: true, signCount: 0, privateKey: made.privateKey.toString('base64') },
  })
  return made
}

export const signedIn = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Sign out' }).waitFor()
