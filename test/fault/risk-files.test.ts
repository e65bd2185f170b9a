/** Files that risk is weighed by: missing, broken, replaced. Nobody is kept from signing in by them. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BEHIND_PROXY } from '../security/guessing.ts'
import { metric, SOON } from '../security/probes.ts'
import { login } from '../support/first-party.ts'
import { agentOf, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { placesFile } from '../support/places-file.ts'
import { commandWithin } from '../support/within.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-files-'))
afterAll(() => rmSync(folder, { recursive: true }))
const places = join(folder, 'places.mmdb')
const list = join(folder, 'addresses.txt')
const ADDRESS = '60.1.2.3'

/** As a careful operator replaces a file. */
function replace(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
writeFileSync(list, '60.1.2.0/24\nsixty.one\n')

const env = { ...BEHIND_PROXY, GEOIP_DB: places, ADDRESS_REPUTATION: list }
// Nobody is asked for more here: what is told of a sign-in is what counts.
const setUp = { ...SET_UP, policies: { sign_in: { risky: '1fa' } } }
withHouse({ storage: 'embedded', env, setUp }, (house) => {
  /** The sign-in itself, and what was known of it. */
  const signIn = async () => {
    const answer = await login(agentOf(house()), undefined, { headers: { 'x-forwarded-for': ADDRESS } })
    expect(answer.status).toBe(200)
    const id = answer.headers.get('x-request-id') ?? ''
    const { stdout } = await commandWithin(house(), ['risk', 'explain', id, '--json'])
    return (JSON.parse(stdout) as { known: Record<string, unknown> }).known
  }
  const up = (source: string) => metric(house(), `auth_risk_source_up{source="${source}"}`)
  const warnings = () =>
    house()
      .log()
      .split('\n')
      .flatMap((line) =>
        line.includes('"component":"risk"') ? [JSON.parse(line) as Record<string, unknown>] : [],
      )
      .filter(({ level }) => level === 'warn')

  describe('F-166 a file of places, or of addresses,', () => {
    it('that is missing or has bad lines is told at the start by its name, and nobody is kept out', async () => {
      expect(warnings()).toMatchObject([
        { variable: 'GEOIP_DB', file: places, error: { code: 'ENOENT' } },
        { variable: 'ADDRESS_REPUTATION', file: list, count: 1, reason: 'line 2' },
      ])
      expect([await up('geoip'), await up('reputation')]).toEqual([0, 1])
      const known = await signIn()
      expect(known).toMatchObject({ listed: true })
      expect(known).not.toHaveProperty('country')
    })

    it('that is there at last, or replaced, is read while the server runs', async () => {
      replace(places, placesFile({ '60.0.0.0/8': { country_code: 'JP' } }))
      replace(list, '192.0.2.1\n')
      await expect.poll(() => up('geoip'), SOON).toBe(1)
      await expect.poll(signIn, { ...SOON, interval: 500 }).toMatchObject({ country: 'JP', listed: false })
    })

    it('that is replaced by a broken one goes on as it was, and is told of once', async () => {
      const before = warnings().length
      replace(places, 'half of a file')
      replace(list, Buffer.alloc(100, 1))
      await expect.poll(async () => [await up('geoip'), await up('reputation')], SOON).toEqual([0, 0])
      expect(await signIn()).toMatchObject({ country: 'JP', listed: false })
      expect(
        warnings()
          .slice(before)
          .map(({ variable }) => variable),
      ).toEqual(expect.arrayContaining(['GEOIP_DB', 'ADDRESS_REPUTATION']))
      expect(warnings()).toHaveLength(before + 2)
    })

    it('is named by doctor, with the date of what is read', async () => {
      const doctor = async () =>
        (await house().run(['doctor', '--json'])).stdout
          .split('\n')
          .filter(
            (line) => line.includes('GEOIP_DB') || line.includes('ADDRESS_REP') || line.includes('places of'),
          )
      expect(await doctor()).toEqual([
        expect.stringContaining(`GEOIP_DB: ${places} can’t be read, its rules are off`),
        expect.stringContaining(`ADDRESS_REPUTATION: ${list} can’t be read`),
      ])
      replace(places, placesFile({ '60.0.0.0/8': { country_code: 'JP' } }, Date.UTC(2020, 1, 29)))
      replace(list, '192.0.2.1\nx\n')
      expect(await doctor()).toEqual([
        expect.stringMatching(/places of addresses are of 2020-02-29 .* more than a year old/),
        expect.stringContaining('ADDRESS_REPUTATION has 1 addresses and networks'),
        expect.stringContaining('line 2'),
      ])
    })
  })
})
