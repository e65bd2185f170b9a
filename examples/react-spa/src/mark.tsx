import type { ReactNode } from 'react'

export const Mark = (): ReactNode => (
  <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M1.5 1.5h21v3h-21z M3 6h18v16.5h-4.5V15a4.5 4.5 0 0 0-9 0v7.5H3z" />
  </svg>
)
