import { expect, test } from 'vitest'
import { editDistance, findNearMisses } from './near-miss.ts'
import { KNOWN } from './sources.ts'

const warned = (...names: string[]) => findNearMisses(Object.fromEntries(names.map((name) => [name, 'x'])))

test('a swap, a gap, a wrong and an extra letter are one step each', () => {
  const steps = [
    ['ISSUER', 'ISSURE'],
    ['ISSUER', 'ISSER'],
    ['ISSUER', 'ISSUES'],
    ['ISSUER', 'ISSUERS'],
    ['', 'ab'],
  ]
  expect(steps.map(([from = '', to = '']) => editDistance(from, to))).toEqual([1, 1, 1, 1, 2])
  expect(editDistance('kitten', 'sitting')).toBe(3)
})

test.each([
  ['ISSURE', 'ISSUER'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['MASTERKEY', 'MASTER_KEY'],
  ['MASTER_KEY_FIEL', 'MASTER_KEY_FILE'],
  ['redis_url', 'REDIS_URL'],
  ['ACESS_TOKEN_EXP', 'ACCESS_TOKEN_EXP'],
])('%s is asked about', (name, meant) => {
  expect(warned(name)).toEqual([`${name} is not known and has no effect: is ${meant} meant?`])
})

test('no known name is taken for another', () => {
  const names = Object.keys(KNOWN).flatMap((name) => [name, `${name}_FILE`])
  expect(warned(...names)).toEqual([])
})

test('what systems, shells, Node and orchestrators set is let be', () => {
  const common = `PATH HOME USER LOGNAME SHELL TERM LANG LC_ALL PWD OLDPWD TMPDIR HOSTNAME HOSTTYPE EDITOR DISPLAY
    MAIL SHLVL COLORTERM SSH_AUTH_SOCK XDG_DATA_DIRS XDG_DATA_HOME XDG_SESSION_ID XDG_SESSION_TYPE SESSION_MANAGER
    NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_VERSION NODE_DEBUG YARN_VERSION NVM_DIR NVM_BIN INIT_CWD
    npm_config_cache npm_package_name npm_lifecycle_event npm_execpath npm_command HTTP_PROXY HTTPS_PROXY NO_PROXY
    KUBERNETES_PORT KUBERNETES_SERVICE_HOST REDIS_PORT REDIS_SERVICE_HOST REDIS_HOST REDIS_PASSWORD DATABASE_HOST
    DATABASE_PORT DATABASE_NAME DATABASE_USER PGHOST PGDATA PGPORT PGDATABASE POSTGRES_USER SMTP_HOST SMTP_PORT
    SMTP_USER SMTP_SSL COOKIE_SECRET CI DEBUG NO_COLOR FORCE_COLOR TZ UV_THREADPOOL_SIZE SOURCE_DATE_EPOCH
    LS_COLORS LESSOPEN DBUS_SESSION_BUS_ADDRESS INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET VITEST_POOL_ID`
  expect(warned(...common.split(/\s+/))).toEqual([])
})

test('short names have too many honest neighbours', () => {
  expect(warned('PORTS', 'HOSTS', 'SORT', 'IMPORT', 'EXPORT', 'REPORT')).toEqual([])
})
