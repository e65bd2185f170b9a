import { expect, test } from 'vitest'
import { describeSettings } from './describe.ts'
import { VARIABLES } from './env.ts'

const settings = describeSettings(
  {
    PORT: '4000',
    MASTER_KEY: 'hunter2hunter2',
    DATABASE_URL: 'postgres://gatehouse:hunter2@x/y@db:5432/gatehouse?password=hunter2',
    REDIS_URL: 'user:hunter2@redis',
    REDIS_URL_FILE: '',
    SMTP_URL_FILE: '/run/smtp',
    ISSUER_FILE: '/run/nothing',
  },
  (path) => {
    if (path === '/run/smtp') return 'smtps://u:hunter2@mail'
    throw new Error('hunter2')
  },
)
const find = (name: string) => settings.find((setting) => setting.name === name)

test('every variable is told with its origin', () => {
  expect(Object.keys(VARIABLES).filter((name) => find(name) === undefined)).toEqual([])
  expect(find('PORT')).toEqual({ name: 'PORT', value: '4000', origin: 'environment' })
  expect(find('LOG_LEVEL')).toEqual({ name: 'LOG_LEVEL', value: 'info', origin: 'default' })
  expect(find('HOST')).toMatchObject({
    value: '127.0.0.1 with embedded storage, else 0.0.0.0',
    origin: 'default',
  })
  expect(find('ISSUER')).toMatchObject({ value: '(can’t be read)', origin: 'file' })
})

test('secrets are masked, what helps to find a fault is not', () => {
  expect(JSON.stringify(settings)).not.toContain('hunter2')
  expect(find('DATABASE_URL')?.value).toBe('postgres://***@db:5432/gatehouse')
  expect(find('REDIS_URL')?.value).toBe('***')
  expect(find('SMTP_URL')).toEqual({ name: 'SMTP_URL', value: 'smtps://***@mail', origin: 'file' })
})

test('a part that is not there is only told of when it is set', () => {
  expect(find('OTEL_EXPORTER_OTLP_ENDPOINT')).toBeUndefined()
})
