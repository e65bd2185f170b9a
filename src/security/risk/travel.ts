import type { Known } from '../../audit/assessment.ts'
import type { Place } from '../places.ts'
import { certainDistance } from './distance.ts'

const HOUR = 3_600_000

export interface SeenAt {
  place: Place
  /** Epoch ms. */
  at: number
}

/** From the last place to this one; nothing where it is the same country and no more is known of either. */
export function travel(last: SeenAt, now: SeenAt): Pick<Known, 'from_country' | 'km' | 'hours'> {
  const from_country = last.place.country
  const km = certainDistance(last.place, now.place)
  const hours = (now.at - last.at) / HOUR
  if (km === undefined || hours < 0) return { from_country }
  return { from_country, km, hours: Math.round(hours * 100) / 100 }
}
