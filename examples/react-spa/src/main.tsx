import './style.css'
import { GatehouseProvider } from '@gatehouse/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { wayOf } from './ways.ts'

const way = wayOf(location.pathname)
const gatehouse = way.make()
const root = document.getElementById('root')
if (root === null) throw new Error('The page has no place for the application.')

createRoot(root).render(
  <StrictMode>
    <GatehouseProvider gatehouse={gatehouse}>
      <App way={way} />
    </GatehouseProvider>
  </StrictMode>,
)
