import type { Account } from '../../accounts/account.ts'
import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { findUser } from './find-user.ts'

export interface CreateOptions {
  name?: string
  role: string[]
  emailVerified: boolean
  json: boolean
}

type RefusedBecause = Extract<Awaited<ReturnType<Core['createUser']>>, { ok: false }>['reason']

const WORDS: Readonly<Record<RefusedBecause, (email: string) => string>> = {
  email_malformed: (email) => `${JSON.stringify(email)} is no e-mail address.`,
  email_taken: (email) => `${email} exists already. "gatehouse user link ${email}" makes a new link.`,
  name_malformed: () => 'The name must be one line of 1 to 200 characters.',
  password_hash_refused: () => 'The password hash is not possible.',
}

/** Without a password: the person sets one by the link, and nobody else ever knows it. */
export async function createUser(
  core: Core,
  context: CommandContext,
  email: string,
  { name, role, emailVerified, json }: CreateOptions,
): Promise<void> {
  const created = await core.createUser(
    { email, emailVerified, serverRoles: role, ...(name !== undefined && { name }) },
    BY_COMMAND,
  )
  if (!created.ok) throw new Refusal(WORDS[created.reason](email))
  await printLink(core, context, created.account, json)
}

/** A new link for somebody who is there already; the one before it ends. */
export async function renewLink(
  core: Core,
  context: CommandContext,
  email: string,
  json: boolean,
): Promise<void> {
  await printLink(core, context, await findUser(core, email), json)
}

async function printLink(
  core: Core,
  { config, print, say }: CommandContext,
  account: Account,
  json: boolean,
) {
  const made = await core.makeLink(account, BY_COMMAND)
  if (made === undefined) throw new Refusal(`${account.email} is disabled: enable it first.`)
  const { email, sub } = account
  const link = `${config.issuer}/set-password?token=${made.token}`
  const expires_at = new Date(made.expiresAt).toISOString()
  print(json ? JSON.stringify({ email, sub, link, expires_at }, null, 2) : link)
  say(`With this link ${email} sets a password, once, until ${expires_at}. It is shown this once.`)
}
