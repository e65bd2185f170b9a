import type { ReactNode } from 'react'

/** `alert`: read out at once. */
export function Note({ kind, children }: { kind: 'alert' | 'status'; children: ReactNode }): ReactNode {
  return (
    <p className="note" role={kind}>
      {children}
    </p>
  )
}
