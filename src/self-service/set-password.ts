/** The page behind the one-time link of `user create`. */
import Router from '@koa/router'
import { addNewPasswordPage, type NewPasswordUse } from './new-password.ts'

export const SET_PASSWORD_PATH = '/set-password'

export function createSetPasswordRouter(use: NewPasswordUse): Router {
  const router = new Router({ sensitive: true })
  addNewPasswordPage(router, use, {
    path: SET_PASSWORD_PATH,
    page: 'set-password',
    done: (ctx, email) => use.showPage(ctx, 'set-password-done', { email, next: '/' }),
  })
  return router
}
