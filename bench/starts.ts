/** How long a start takes, and how much memory a server has that nobody asks anything. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Node, openHouseOn } from '../test/support/house.ts'
import { residentOf } from './load.ts'
import { print } from './set-up.ts'

export async function startsAndMemory(databaseUrl: string, redisUrl: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  try {
    for (const [name, servers] of [
      ['embedded', { dataDir }],
      ['Redis + PostgreSQL', { databaseUrl, redisUrl }],
    ] as const) {
      const times: number[] = []
      let resident = 0
      for (let start = 0; start < 3; start++) {
        const house = await openHouseOn(servers, { nodes: 0 })
        const began = performance.now()
        const node: Node = await house.start()
        times.push(performance.now() - began)
        resident = residentOf(node.process.pid ?? 0)
        await node.stop()
        await house.stop()
      }
      const again = times.slice(1).map((ms) => `${ms.toFixed(0)} ms`)
      print(
        `${name}: first start ${times[0]?.toFixed(0)} ms, later ${again.join(', ')}; idle ${resident.toFixed(0)} MiB`,
      )
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
