import type { Place } from '../places.ts'
import { type Circle, circlesOfCountry } from './circles.ts'

const EARTH_RADIUS = 6_371
const RADIANS = Math.PI / 180

/**
 * How many kilometres are certainly between two places, wherever in them somebody is; undefined where one of them is not
 * known. Countries that touch each other have none between them.
 */
export function certainDistance(one: Place, other: Place): number | undefined {
  const distances = circlesOf(one).flatMap((from) => circlesOf(other).map((to) => between(from, to)))
  return distances.length === 0 ? undefined : Math.round(Math.max(0, Math.min(...distances)))
}

const circlesOf = ({ point, country }: Place): readonly Circle[] =>
  point === undefined ? circlesOfCountry(country) : [point]

/** Along the surface (haversine), from edge to edge. */
function between(one: Circle, other: Circle): number {
  const [a, b] = [one.latitude * RADIANS, other.latitude * RADIANS]
  const width = (other.longitude - one.longitude) * RADIANS
  const h = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(width / 2) ** 2
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h))) - one.radius - other.radius
}
