import { useAccessToken } from '@gatehouse/react'
import { type ReactNode, useState } from 'react'
import { Note } from './note.tsx'
import { sentenceOf } from './sentences.ts'
import { useCalls } from './use-calls.ts'
import { useNow } from './use-now.ts'

export function TokenPanel(): ReactNode {
  const { expiresAt, get } = useAccessToken()
  const now = useNow()
  const refreshed = useChanges(expiresAt)
  const { pending, error, call } = useCalls()
  const left = expiresAt === undefined ? 0 : Math.max(0, Math.ceil((expiresAt - now) / 1000))
  return (
    <section className="panel">
      <header>
        <div>
          <h2>Access token</h2>
          <p>It is in this page’s memory alone, and bound to a key that can’t leave this browser.</p>
        </div>
        {/* One that outlives the one at hand is a new one. */}
        <button type="button" aria-busy={pending} onClick={() => call(() => get({ minValidity: left + 1 }))}>
          Refresh
        </button>
      </header>
      {error && <Note kind="alert">{sentenceOf(error)}</Note>}
      <dl>
        <div>
          <dt>Time left</dt>
          <dd data-shows="left">{clock(left)}</dd>
        </div>
        <div>
          <dt>Refreshed</dt>
          <dd data-shows="refreshed">{refreshed === 1 ? 'once' : `${refreshed} times`}</dd>
        </div>
      </dl>
    </section>
  )
}

/** How often a value has become another one, the first aside. */
function useChanges(value: number | undefined): number {
  const [seen, setSeen] = useState({ value, changes: 0 })
  if (value === undefined || value === seen.value) return seen.changes
  const next = { value, changes: seen.value === undefined ? 0 : seen.changes + 1 }
  setSeen(next)
  return next.changes
}

/** 754 → 12:34 */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
