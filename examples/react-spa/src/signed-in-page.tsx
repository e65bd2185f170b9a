import type { SignOut } from '@gatehouse/react'
import type { ReactNode } from 'react'
import { ApiPanel } from './api-panel.tsx'
import { LeavePanel } from './leave-panel.tsx'
import { PersonPanel } from './person-panel.tsx'
import { TokenPanel } from './token-panel.tsx'

export const SignedInPage = ({ signOut }: { signOut: SignOut }): ReactNode => (
  <main className="panels">
    <PersonPanel />
    <TokenPanel />
    <ApiPanel />
    <LeavePanel {...signOut} />
  </main>
)
