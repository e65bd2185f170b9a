/**
 * An application asks for a new account first (`prompt=create`): its person is led to the page for one, and from there back to this
 * address, with an account or without, to sign in. The page and the mail's link know nothing of the application but the way.
 */
import type { Step } from '../journey.ts'
import { again } from '../journey.ts'

/** Where somebody comes back to. */
export const afterCreating = (uid: string): string => `/interaction/${uid}?${BACK}`

const BACK = 'from=register'

export function createCreate({ registerPath }: { registerPath: string }): Step {
  return {
    show: async ({ ctx, interaction }) => {
      if (ctx.querystring === BACK) return { create: {} }
      ctx.status = 303
      ctx.redirect(`${registerPath}?uid=${interaction.uid}`)
      return undefined
    },
    // There is no form of this step.
    submit: async (journey) => again(journey),
  }
}
