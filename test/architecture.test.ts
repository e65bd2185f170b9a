/**
 * The plan of the house, held against the import lines. A failure names the line and what to do instead; where the
 * plan itself is wrong, it is changed here and in docs/map.md.
 */
import { readFileSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { expect, test } from 'vitest'
import { codeBelow, type Import, importsOf } from './support/imports.ts'

/**
 * Rooms by floor. Each imports what lies below it, those of floor 2 also each other, in one direction. The files that
 * stand in src/ itself put the house together: they belong on top.
 */
const FLOORS: readonly string[] = [
  'shared schema.ts',
  'config telemetry',
  'adapters accounts clients consents sessions keys audit events messaging security organizations pages',
  'methods federation security/risk provisioning workers',
  'sign-in',
  'provider interaction admin self-service first-party playground',
  '*.ts http commands demo',
]
const STORES = 2
const TOP = FLOORS.length - 1

/** Folders whose own folders are rooms: a method knows its contract beside it, and no other method. */
const PLUG_INS = /^(?:methods|federation|security\/risk)(?=\/)(?:\/[^/]+(?=\/))?/

/** One library, one door. Where `types` says so, its types may be named too. */
const DOORS: readonly { library: RegExp; door: string; types?: string }[] = [
  { library: /^(ioredis|pg|@electric-sql\/.*)$/, door: 'adapters/**' },
  { library: /^rate-limiter-flexible/, door: 'adapters/counters.ts' },
  { library: /^kysely/, door: '{{adapters,migrations}/**,src/schema.ts,src/**/{rows,*-repository}.ts}' },
  { library: /^oidc-provider$/, door: 'src/{provider,interaction}/**', types: 'src/{*.ts,http/*}' },
  { library: /^oidc-provider\/lib\//, door: 'src/provider/internals.ts' },
  { library: /^(argon2|@node-rs\/argon2)$/, door: 'src/security/argon2-engine.ts' },
  { library: /^qr$/, door: 'src/pages/qr-code.ts' },
  { library: /^otplib$/, door: 'src/methods/totp/**' },
  { library: /^jose$/, door: 'src/{keys,clients}/**', types: 'src/provider/*' },
  { library: /^(pino|prom-client|@opentelemetry\/.*)$/, door: 'src/telemetry/**' },
  { library: /^(eta|eta\/.*|intl-messageformat)$/, door: 'src/pages/**' },
  { library: /^(nodemailer|bowser)$/, door: 'src/messaging/**' },
  { library: /^bcryptjs$/, door: 'src/security/old-hashes/slow-worker.ts' },
  { library: /^@zxcvbn-ts\//, door: 'src/security/password-strength-worker.ts' },
  { library: /^(otplib|@otplib\/.*)$/, door: 'src/methods/totp/**' },
  { library: /^@simplewebauthn\/server/, door: 'src/methods/passkey/**' },
  { library: /^maxmind$/, door: 'src/security/places.ts' },
  { library: /^commander$/, door: 'src/{main.ts,commands/**}' },
  { library: /^yaml$/, door: 'src/commands/**' },
  { library: /^(openid-client|oauth4webapi)$/, door: '{{src,views}/playground,src/federation/oidc}/**' },
]

/** What the platform gives is asked for in one place, and passed on from there. */
const PLATFORM: readonly { what: string; use: RegExp; door: string; instead: string }[] = [
  {
    what: 'the environment is read',
    use: /\bprocess\.env\b/,
    door: 'src/config/env.ts',
    instead: 'add the variable there and take it from Config',
  },
  {
    what: 'the time is asked',
    use: /\bDate\.now\(\)|\bnew Date\(\)/,
    door: 'src/shared/clock.ts',
    instead: 'take a Clock as an argument, or let the store say now()',
  },
  {
    what: 'somebody else is called',
    use: /(?<![.\w])fetch\(|^import .* from '(?:node:)?https'/m,
    // The doctor and the playground call the house itself.
    door: 'src/{security/outbound-fetch.ts,commands/doctor/*,playground/*}',
    instead: 'take an OutboundFetch as an argument: nobody may make the server call what only it can reach',
  },
]

/** What each package, and what shows them, may take from elsewhere. */
const PACKAGES: readonly { folder: string; libraries: RegExp }[] = [
  { folder: 'packages/browser/src', libraries: /^$/ },
  { folder: 'packages/react/src', libraries: /^(react|@gatehouse\/browser)$/ },
  { folder: 'examples/react-spa/src', libraries: /^(react|react-dom\/client|@gatehouse\/(browser|react))$/ },
]

const isTest = (file: string): boolean => /\.(test|spec)\.tsx?$|^adapters\/spec\//.test(file)
const files = ['src', 'adapters', 'migrations', 'views'].flatMap(codeBelow).filter((file) => !isTest(file))
const imports = files.flatMap(importsOf)

/** `src/methods/totp/verify.ts` → `methods/totp`; undefined for what is no room. */
function roomOf(path: string): string | undefined {
  if (path.startsWith('adapters/')) return 'adapters'
  if (!path.startsWith('src/')) return undefined
  const inside = path.slice('src/'.length)
  return PLUG_INS.exec(inside)?.[0] ?? inside.split('/')[0]
}

const parentOf = (room: string): string => room.replace(/\/[^/]+$/, '')
const floorOf = (room: string): number =>
  FLOORS.findIndex((rooms) =>
    rooms.split(' ').some((name) => matchesGlob(room, name) || name === parentOf(room)),
  )

function faultsOf({ file, target, typeOnly }: Import): string[] {
  const [from, to] = [roomOf(file), roomOf(target)]
  if (from === undefined || to === undefined || from === to) return []
  const [above, below] = [floorOf(from), floorOf(to)]
  const rowTypes = from === 'schema.ts' && typeOnly && /rows\.ts$/.test(target)
  const contract = parentOf(from) === to || parentOf(to) === from
  const alike = above === below && (above === TOP || above === STORES)
  if (below < above || rowTypes || contract || alike) return []
  const why =
    below > above ? 'A room knows only what lies below it' : 'Rooms of one floor do not know each other'
  return [`${file} imports ${target}. ${why}: take what you need as an argument; src/app.ts passes it in.`]
}

function doorFaultsOf({ file, target, typeOnly }: Import): string[] {
  const isOpen = (door = ''): boolean => matchesGlob(file, door)
  return DOORS.filter(({ library }) => library.test(target))
    .filter(({ door, types }) => !isOpen(door) && !(typeOnly && isOpen(types)))
    .map(({ door }) => `${file} imports ${target}. Only ${door} knows it: ask there for what you need.`)
}

/** All rooms of floor 2 that a room leads to, by whatever way. */
function reach(room: string, seen = new Set<string>()): Set<string> {
  for (const { file, target } of imports) {
    const next = roomOf(file) === room ? roomOf(target) : undefined
    if (next === undefined || next === room || floorOf(next) !== STORES || seen.has(next)) continue
    reach(next, seen.add(next))
  }
  return seen
}

test('every room has its floor', () => {
  const rooms = new Set(files.map(roomOf).filter((room) => room !== undefined))
  expect([...rooms].filter((room) => floorOf(room) === -1)).toEqual([])
})

test('a room imports only what lies below it', () => {
  expect(imports.flatMap(faultsOf)).toEqual([])
})

test('rooms of floor 2 know each other in one direction', () => {
  expect(FLOORS[STORES]?.split(' ').filter((room) => reach(room).has(room))).toEqual([])
})

test('a migration imports nothing of ours: it must do tomorrow what it did yesterday', () => {
  const ours = ({ file, target }: Import) => matchesGlob(file, 'migrations/0*') && target.endsWith('.ts')
  expect(imports.filter(ours)).toEqual([])
})

test('every library is imported only where its door is', () => {
  expect(imports.flatMap(doorFaultsOf)).toEqual([])
})

test.each(PACKAGES)('$folder is for the browser: it knows nothing of the server', ({ folder, libraries }) => {
  const code = codeBelow(folder).filter((file) => !isTest(file))
  const foreign = ({ target }: Import) => !target.startsWith(`${folder}/`) && !libraries.test(target)
  expect(code.flatMap(importsOf).filter(foreign)).toEqual([])
})

test.each(PLATFORM)('$what only in $door', ({ use, door, instead }) => {
  const server = files.filter((file) => !file.startsWith('views/') && !matchesGlob(file, door))
  const faults = server.filter((file) =>
    use.test(readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')),
  )
  expect(faults.map((file) => `${file}: ${instead}.`)).toEqual([])
})

test('the house is started by test/support, and by no test itself', () => {
  const house = ({ target }: Import) => matchesGlob(target, 'src/*.ts') && floorOf(target.slice(4)) === TOP
  const tests = codeBelow('test').filter((file) => !file.startsWith('test/support/'))
  expect(tests.flatMap(importsOf).filter(house)).toEqual([])
})
