/** Listing and ending what people were given, put together for all who do it: the doors, commands, background work. */
import type { StateStore } from '../adapters/contract.ts'
import type { Core } from './core.ts'
import { createHandles } from './provider/handles.ts'
import { type CleanUpAccess, cleanUp } from './sessions/clean-up.ts'
import { createRevokeAccess, type RevokeAccess } from './sessions/revoke-access.ts'

type State = Pick<StateStore, 'grants' | 'artifacts'>

export function createCleanUp(core: Core, state: State): CleanUpAccess {
  const { sessions, cleanUps } = core
  return cleanUp({ state, sessions, cleanUps, aliasesOf: aliasesOf(core) })
}

/** By what the store may find a session's record. */
export function aliasesOf(core: Pick<Core, 'keys'>): (session: string) => readonly string[] {
  const handles = createHandles(core.keys)
  return (uid) => handles.peppers().map((under) => under.key('Session uid', uid))
}

/** `onLeft` hears why something that is dead already was left to the background. */
export const createRevocation = (
  core: Core,
  state: State,
  onLeft: (error: unknown) => void = () => {},
): RevokeAccess =>
  createRevokeAccess({
    ends: core.ends,
    grants: state.grants,
    cleanUp: createCleanUp(core, state),
    keepFor: longestLife(core.config),
    tell: core.notices.publish,
    onLeft,
  })

/** Nothing that was given lives longer. */
export const longestLife = ({ sessionMaxExp, refreshFamilyExp }: Core['config']): number =>
  Math.max(sessionMaxExp, refreshFamilyExp)
