import type { Known } from '../../audit/assessment.ts'
import type { Place } from '../places.ts'
import { travel } from './travel.ts'

/** A device of the person's, and when and where it was seen last. */
export interface SeenDevice {
  id: string
  /** Epoch ms. */
  at: number
  place: Place | undefined
  /** All that it was in. */
  countries: readonly string[]
}

export interface SignIn {
  at: number
  /** The device's id, where its cookie says that it may have been here before. */
  device: string | undefined
  place: Place | undefined
  /** Undefined where nobody lists addresses. */
  listed: boolean | undefined
  /** From the same network, this one not counted. */
  accounts: number
}

const MOST_COUNTRIES = 16

/** What is known of a sign-in in the light of the devices that the person was seen on, in any order. */
export function knownOfSignIn(signIn: SignIn, devices: readonly SeenDevice[]): Known {
  const { at, place, listed, accounts } = signIn
  const here = devices.find(({ id }) => id === signIn.device)
  const seen = devices
    .flatMap((device) => (device.place === undefined ? [] : [{ at: device.at, place: device.place }]))
    .toSorted((a, b) => b.at - a.at)
  const [last] = seen
  // Who is where this device always was has not travelled: another device of theirs goes by another way.
  const stayed = here?.place !== undefined && here.place.country === place?.country
  return {
    device_seen: here !== undefined,
    countries: countriesOf(seen, devices),
    ...(place !== undefined && { country: place.country }),
    ...(place !== undefined && last !== undefined && !stayed && travel(last, { at, place })),
    ...(listed !== undefined && { listed }),
    ...(here === undefined && { accounts }),
  }
}

const countriesOf = (seen: readonly { place: Place }[], devices: readonly SeenDevice[]): string[] => {
  const latest = seen.map(({ place }) => place.country)
  const all = devices.flatMap(({ countries }) => countries)
  return [...new Set([...latest, ...all])].slice(0, MOST_COUNTRIES)
}
