import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { placesFile } from '../../test/support/places-file.ts'
import { createAddressBook } from './address-book.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-book-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const file = (content: string | Buffer): string => {
  const path = join(folder, String(files++))
  writeFileSync(path, content)
  return path
}
/** As a careful operator replaces a file. */
const replace = (path: string, content: string | Buffer): void => {
  const beside = file(content)
  renameSync(beside, path)
}

const CITIES = placesFile({
  // Wide enough to be hit when the file is looked over.
  '60.0.0.0/8': { country: { iso_code: 'JP' }, location: { latitude: 35.7, longitude: 139.7 } },
  '61.0.0.0/8': {
    country: { iso_code: 'DE' },
    location: { latitude: 52.5, longitude: 13.4, accuracy_radius: 20 },
  },
})
const COUNTRIES = placesFile({ '60.0.0.0/8': { country_code: 'FR' } })

async function open(config: { geoipDb?: string; addressReputation?: string } = {}) {
  const told: string[] = []
  const book = createAddressBook({
    config,
    onRead: ({ source }, { bad = [] }) => told.push([source, ...bad].join(' ')),
    onFailed: ({ variable }, error) => told.push(`${variable}: ${(error as Error).message}`),
  })
  await book.refresh()
  return { book, told, ...book }
}

describe('where an address is', () => {
  it('is said by the built-in file, of both kinds of addresses', async () => {
    const { about, told } = await open()
    expect(about('130.149.7.1')).toEqual({ place: { country: 'DE' }, listed: undefined })
    expect(about('2001:4860:4860::8888').place).toEqual({ country: 'US' })
    for (const nowhere of ['127.0.0.1', '192.168.1.1', 'unknown', '', 'fe80::1%eth0'])
      expect(about(nowhere).place).toBeUndefined()
    expect(told).toEqual(['geoip'])
  })

  it('is said by a file of cities with what it knows more', async () => {
    const { about } = await open({ geoipDb: file(CITIES) })
    expect(about('60.1.2.3').place).toEqual({
      country: 'JP',
      point: { latitude: 35.7, longitude: 139.7, radius: 100 },
    })
    expect(about('61.1.2.3').place?.point?.radius).toBe(20)
    expect(about('62.1.2.3').place).toBeUndefined()
  })

  const whole = readFileSync(
    fileURLToPath(
      import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'),
    ),
  )
  it.each([
    ['empty', Buffer.alloc(0)],
    ['a text', Buffer.from('not a database\n')],
    ['cut off', whole.subarray(0, whole.length / 2)],
    ['without its beginning', whole.subarray(whole.length / 2)],
    ['zeroed within', Buffer.concat([Buffer.alloc(whole.length - 4096), whole.subarray(-4096)])],
    ['of no places', placesFile({ '60.0.0.0/8': { country_code: 'nowhere' } })],
  ])('F-166 is not known, and that is said, where the file is %s', async (_, content) => {
    const { about, told } = await open({ geoipDb: file(content) })
    expect(about('130.149.7.1').place).toBeUndefined()
    expect(told).toEqual([expect.stringMatching(/^GEOIP_DB: ./)])
  })

  it('F-166 is not known where there is no file, until there is', async () => {
    const path = join(folder, 'later')
    const { about, told, refresh } = await open({ geoipDb: path })
    await refresh()
    expect(told).toEqual([expect.stringContaining('ENOENT')])
    copyFileSync(file(COUNTRIES), path)
    await refresh()
    expect(about('60.1.2.3').place).toEqual({ country: 'FR' })
  })

  it('F-166 is said by the new file once it was replaced, and by the former one while that is broken', async () => {
    const path = file(CITIES)
    const { about, told, refresh } = await open({ geoipDb: path })
    expect(about('60.1.2.3').place?.country).toBe('JP')
    replace(path, CITIES.subarray(0, -40))
    await refresh()
    await refresh()
    expect(about('60.1.2.3').place?.country).toBe('JP')
    rmSync(path)
    await refresh()
    expect(about('60.1.2.3').place?.country).toBe('JP')
    expect(told).toHaveLength(3)
    replace(path, COUNTRIES)
    await refresh()
    expect(about('60.1.2.3').place).toEqual({ country: 'FR' })
    expect(told).toHaveLength(4)
  })
})

describe('the operator’s file of addresses', () => {
  it('has addresses and networks of both kinds, and comments', async () => {
    const { about, told } = await open({
      addressReputation: file(
        '\ufeff# a list\n203.0.113.7 ; one\r\n198.51.100.0/24\n2001:db8:1::/48\n\n2001:db8:2::7\n::ffff:192.0.2.9\n',
      ),
    })
    for (const listed of ['203.0.113.7', '198.51.100.255', '2001:db8:1:ffff::1', '2001:db8:2::7'])
      expect([listed, about(listed).listed]).toEqual([listed, true])
    for (const other of ['203.0.113.8', '198.51.101.0', '2001:db8:2::8', 'unknown', ''])
      expect([other, about(other).listed]).toEqual([other, false])
    expect(told.toSorted()).toEqual(['geoip', 'reputation'])
  })

  it('F-166 counts without its bad lines, which are named', async () => {
    const { about, told } = await open({
      addressReputation: file(
        '203.0.113.7\nnonsense\n198.51.100.0/33\n300.1.1.1\n10.0.0.0/8/8\n10.0.0.0/\n192.0.2.1',
      ),
    })
    expect([about('203.0.113.7').listed, about('192.0.2.1').listed]).toEqual([true, true])
    expect(told).toContain('reputation 2 3 4 5 6')
  })

  it('F-166 goes on as it was while it is replaced by something else', async () => {
    const path = file('203.0.113.7')
    const { about, told, refresh } = await open({ addressReputation: path })
    replace(path, Buffer.from([0, 255, 1, 254, 10, 13, 0]))
    await refresh()
    expect(about('203.0.113.7').listed).toBe(true)
    expect(told.at(-1)).toMatch(/^ADDRESS_REPUTATION: no line of it/)
    replace(path, '192.0.2.1\n')
    await refresh()
    expect([about('203.0.113.7').listed, about('192.0.2.1').listed]).toEqual([false, true])
  })
})
