import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documentSchema } from '../commands/apply/document.ts'
import { readDocument } from '../commands/apply/read-document.ts'
import { resolve } from '../commands/apply/resolve.ts'
import { DEMO_USER, demoDocument } from './demo-document.ts'

const VARIABLES: Record<string, string> = {
  DEMO_WEB_SECRET: 'a secret of the web client',
  DEMO_SERVICE_SECRET: 'a secret of the service',
  DEMO_PASSWORD: DEMO_USER.password,
}
const readVariable = (name: string) => ({ ok: true, text: VARIABLES[name] ?? '' }) as const

test('examples/demo.yaml describes the demo, its secrets by variables', () => {
  const read = readDocument(readFileSync(new URL('../../examples/demo.yaml', import.meta.url)))
  if (!read.ok) throw new Error(read.faults[0]?.message)
  const example = resolve(read.document, { production: true, outboundAllowPrivate: false, readVariable })
  const secrets = { 'demo-web': 'a secret of the web client', 'demo-service': 'a secret of the service' }
  const demo = documentSchema.parse(demoDocument('http://localhost:3000', secrets))
  expect(example.faults).toEqual([])
  const { desired } = resolve(demo, { production: false, outboundAllowPrivate: false, readVariable })
  // Where in the document a password stands is no difference.
  const withoutPlaces = ({ users, ...rest }: typeof desired) => ({
    ...rest,
    users: users.map(({ password, ...user }) => ({ ...user, password: { ...password, at: [] } })),
  })
  expect(withoutPlaces(example.desired)).toEqual(withoutPlaces(desired))
})
