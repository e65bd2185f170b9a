import { CHAINS } from '../../audit/catalogue.ts'
import type { TrailFilter, TrailRepository } from '../../audit/trail-repository.ts'
import type { CommandContext } from '../context.ts'
import { toJson } from './to-json.ts'

const PAGE = 1000

/** Chain by chain, in its order: what is printed can be checked by whoever has all of it (docs/audit.md). */
export async function exportTrail(
  trail: Pick<TrailRepository, 'page'>,
  { print }: CommandContext,
  filter: TrailFilter,
): Promise<true> {
  for (const chain of CHAINS) {
    for (let last = 0, length = PAGE; length === PAGE; ) {
      const page = await trail.page(chain, last, PAGE, filter)
      if (page.length > 0) print(page.map((row) => JSON.stringify(toJson(row))).join('\n'))
      length = page.length
      last = page.at(-1)?.sequence ?? last
    }
  }
  return true
}
