/** The programs that tests need besides Node, where they are, and which Debian packages bring them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const OLDEST_POSTGRES = 14
const DEBIAN_POSTGRES = '/usr/lib/postgresql'

export interface Requirement {
  what: string
  packages: string[]
  isThere: () => boolean
}

export const requirements: readonly Requirement[] = [
  { what: 'Redis', packages: ['redis-server'], isThere: () => findProgram('redis-server') !== undefined },
  {
    what: `PostgreSQL ${OLDEST_POSTGRES} or newer`,
    packages: ['postgresql'],
    isThere: () => postgresFolder() !== undefined,
  },
  { what: 'faketime', packages: ['faketime'], isThere: () => findProgram('faketime') !== undefined },
  { what: 'Chromium', packages: ['chromium'], isThere: () => findProgram('chromium') !== undefined },
  {
    what: 'Apache with mod_auth_openidc',
    packages: ['apache2', 'libapache2-mod-auth-openidc'],
    isThere: () =>
      findProgram('apache2') !== undefined && existsSync('/usr/lib/apache2/modules/mod_auth_openidc.so'),
  },
]

/** Servers live in `sbin`, which is not in everybody's PATH. */
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

export const findProgram = (name: string): string | undefined =>
  FOLDERS.map((folder) => join(folder, name)).find((file) => existsSync(file))

/** The folder of `initdb` and `postgres`. Debian keeps them out of PATH, in a folder for each major version. */
export function postgresFolder(): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES).map(Number) : []
  const newest = versions.filter((version) => version >= OLDEST_POSTGRES).sort((a, b) => b - a)
  return newest
    .map((version) => join(DEBIAN_POSTGRES, String(version), 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')))
}
