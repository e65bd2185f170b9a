import { expect, test } from 'vitest'
import { DEFAULT_SIGN_IN } from '../security/sign-in-policy/policy.ts'
import { type Demands, demandOf } from './demand.ts'

const ordinary: Demands = {
  ...{ policy: DEFAULT_SIGN_IN, required: undefined, wished: undefined, risk: 'notify' },
  ...{ newDevice: false, trusted: false, reachable: '1fa' },
}
const demanded = (over: Partial<Demands>) => demandOf({ ...ordinary, ...over })
const policy = (over: Partial<Demands['policy']>) => ({ policy: { ...DEFAULT_SIGN_IN, ...over } })

test('whoever has a second factor is asked for it, but on a device that is trusted', () => {
  expect(demanded({})).toEqual({ level: '1fa', mailbox: false })
  expect(demanded({ reachable: '2fa' }).level).toBe('2fa')
  expect(demanded({ reachable: 'phr' }).level).toBe('2fa')
  expect(demanded({ reachable: '2fa', trusted: true }).level).toBe('1fa')
})

test('a trusted device is none where more is called for', () => {
  const trusted = { reachable: 'phr', trusted: true } as const
  expect(demanded({ ...trusted, risk: 'step_up' }).level).toBe('2fa')
  expect(demanded({ ...trusted, risk: 'step_up', ...policy({ risky: 'phr' }) }).level).toBe('phr')
  expect(demanded({ ...trusted, ...policy({ level: '2fa' }) }).level).toBe('2fa')
  expect(demanded({ ...trusted, newDevice: true, ...policy({ newDevice: 'phr' }) }).level).toBe('phr')
  expect(demanded({ ...trusted, wished: '2fa' }).level).toBe('2fa')
  expect(demanded({ ...trusted, required: 'phr' }).level).toBe('phr')
})

test('what a risk or a new device calls for is asked as far as somebody can, and of the mailbox beyond', () => {
  expect(demanded({ risk: 'step_up' })).toEqual({ level: '1fa', mailbox: true })
  expect(demanded({ newDevice: true, ...policy({ newDevice: '2fa' }) })).toEqual({
    ...{ level: '1fa', mailbox: true },
  })
  expect(demanded({ risk: 'step_up', reachable: '2fa', ...policy({ risky: 'phr' }) })).toEqual({
    ...{ level: '2fa', mailbox: false },
  })
  expect(demanded({ risk: 'step_up', ...policy({ risky: '1fa' }) }).mailbox).toBe(false)
})

test('what policy or the client needs is asked of everybody', () => {
  expect(demanded(policy({ level: 'phr' })).level).toBe('phr')
  expect(demanded({ required: '2fa' }).level).toBe('2fa')
  expect(demanded({ wished: 'phr' }).level).toBe('1fa')
})
