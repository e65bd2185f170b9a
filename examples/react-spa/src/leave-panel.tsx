import type { SignOut } from '@gatehouse/react'
import type { ReactNode } from 'react'

export const LeavePanel = ({ signOut, pending }: SignOut): ReactNode => (
  <section className="panel">
    <header>
      <div>
        <h2>Sign out</h2>
        <p>Here, in all tabs of this browser, or wherever you’re signed in.</p>
      </div>
      <div className="buttons">
        <button type="button" aria-busy={pending} onClick={() => void signOut()}>
          Sign out here
        </button>
        <button
          type="button"
          className="danger"
          aria-busy={pending}
          onClick={() => void signOut({ everywhere: true })}
        >
          Sign out everywhere
        </button>
      </div>
    </header>
  </section>
)
