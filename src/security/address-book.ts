/** What is known of an address: its place, and whether the operator's file has it. Files are read, nobody is asked. */
import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import type { RiskSource } from '../telemetry/metric-labels.ts'
import { type AddressList, readAddressList } from './address-list.ts'
import { createFileSource, type FileSource } from './file-source.ts'
import { type Place, type Places, readPlaces } from './places.ts'

export interface AboutAddress {
  place: Place | undefined
  /** Undefined where nobody lists addresses. */
  listed: boolean | undefined
}

export interface AddressBook {
  /** Never throws. */
  about(address: string): AboutAddress
  /** Looks whether the files were replaced. Never rejects. */
  refresh(): Promise<void>
}

/** Files that rules of risk need. */
export interface RiskFile {
  source: RiskSource
  variable: 'GEOIP_DB' | 'ADDRESS_REPUTATION'
  path: string
}

export interface AddressBookUse {
  config: Pick<Config, 'geoipDb' | 'addressReputation'>
  onRead: (file: RiskFile, read: { builtAt?: number; entries?: number; bad?: readonly number[] }) => void
  onFailed: (file: RiskFile, error: unknown) => void
}

/** Most requests come from where the ones before them came from. */
const MOST_REMEMBERED = 4_000

export function createAddressBook({ config, onRead, onFailed }: AddressBookUse): AddressBook {
  let places: Places | undefined
  let list: AddressList | undefined
  const remembered = new Map<string, AboutAddress>()
  const sourceOf = <T>(file: RiskFile, read: (bytes: Buffer) => T, take: (value: T) => void): FileSource =>
    createFileSource({
      path: file.path,
      read,
      onRead: (value) => {
        take(value)
        remembered.clear()
      },
      onFailed: (error) => onFailed(file, error),
    })
  const { geoip, reputation } = riskFiles(config)
  const sources = [
    sourceOf(geoip, readPlaces, (value) => {
      places = value
      onRead(geoip, { builtAt: value.builtAt })
    }),
    ...(reputation === undefined
      ? []
      : [
          sourceOf(reputation, readAddressList, (value) => {
            list = value
            onRead(reputation, { entries: value.entries, bad: value.bad })
          }),
        ]),
  ]
  return {
    about: (address) => {
      const known = remembered.get(address)
      if (known !== undefined) return known
      const about = { place: places?.find(address), listed: list?.has(address) }
      if (remembered.size >= MOST_REMEMBERED) remembered.clear()
      remembered.set(address, about)
      return about
    },
    refresh: async () => {
      for (const source of sources) await source.refresh()
    },
  }
}

const BUILT_IN = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'

function riskFiles({ geoipDb, addressReputation: path }: AddressBookUse['config']) {
  const geoip = geoipDb ?? fileURLToPath(import.meta.resolve(BUILT_IN))
  return {
    geoip: { source: 'geoip', variable: 'GEOIP_DB', path: geoip } satisfies RiskFile,
    reputation:
      path === undefined
        ? undefined
        : ({ source: 'reputation', variable: 'ADDRESS_REPUTATION', path } satisfies RiskFile),
  }
}
