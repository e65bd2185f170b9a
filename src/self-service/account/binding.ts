import type { SignedIn } from './page.ts'

/**
 * What a form is bound to: a person in a session. Both stay when somebody proves anew who they are; a form that another
 * person has left behind is nobody's.
 */
export const bindingOf = ({ id, sub }: SignedIn): string => `account ${id} ${sub}`
