/** The only door to `maxmind`: where addresses are, by a file in MaxMind's format, of countries or of cities. */
import { Reader } from 'maxmind'
import { isPublicAddress } from './public-address.ts'

export interface Place {
  /** ISO 3166-1 alpha-2. */
  country: string
  /** Where more than the country is known; the radius is how far off that may be, km. */
  point?: { latitude: number; longitude: number; radius: number }
}

export interface Places {
  /** Undefined for an address that is not public, or that the file does not have. Never throws. */
  find(address: string): Place | undefined
  /** When the file was made, epoch ms. */
  builtAt: number
}

/** MaxMind's own shape, and the flat one of ip-location-db. What is in the file is not believed to be either. */
type Entry = Readonly<Record<string, unknown>>

/** Throws where that is no such file, or not the whole of one. */
export function readPlaces(bytes: Buffer): Places {
  const reader = new Reader<Entry & Record<string, never>>(bytes)
  const { searchTreeSize, buildEpoch } = reader.metadata
  if (!(searchTreeSize > 0 && searchTreeSize < bytes.length)) throw new Error('the search tree is cut off')
  let known = 0
  for (const address of PROBES) if (placeIn(reader.get(address)) !== undefined) known++
  if (known === 0) throw new Error('it knows no country of any address')
  return {
    find: (address) => {
      try {
        // Files have been seen to place private networks where their registry is.
        return isPublicAddress(address) ? placeIn(reader.get(address)) : undefined
      } catch {
        // One damaged entry among millions.
        return undefined
      }
    },
    builtAt: buildEpoch.getTime(),
  }
}

/** One address of each of the largest networks. */
const PROBES = Array.from({ length: 223 }, (_, n) => `${n + 1}.64.64.64`)

const USUAL_RADIUS = 100

function placeIn(entry: Entry | null): Place | undefined {
  if (entry === null) return undefined
  const { country, location = entry } = entry as { country?: Entry | string; location?: Entry }
  const code = typeof country === 'object' ? country['iso_code'] : entry['country_code']
  if (typeof code !== 'string' || !/^[A-Z]{2}$/.test(code)) return undefined
  const [latitude, longitude] = [numberIn(location['latitude']), numberIn(location['longitude'])]
  if (latitude === undefined || longitude === undefined) return { country: code }
  const radius = numberIn(location['accuracy_radius']) ?? USUAL_RADIUS
  return { country: code, point: { latitude, longitude, radius } }
}

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
