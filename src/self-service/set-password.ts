/** The page behind the one-time link of `user create`: who is new sets a password, or makes a passkey. */
import Router from '@koa/router'
import type { PasskeyByLink } from '../methods/passkey/redeem-link.ts'
import { addNewPasswordPage, type NewPasswordUse } from './new-password.ts'

export const SET_PASSWORD_PATH = '/set-password'

export function createSetPasswordRouter(use: NewPasswordUse & { passkey: PasskeyByLink }): Router {
  const router = new Router({ sensitive: true })
  addNewPasswordPage(router, use, {
    path: SET_PASSWORD_PATH,
    page: 'set-password',
    passkey: use.passkey,
    done: (ctx, email, by) => use.showPage(ctx, 'set-password-done', { email, by, next: '/' }),
  })
  return router
}
