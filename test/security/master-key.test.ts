import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../support/house.ts'
import { commandWithin } from '../support/within.ts'
import { onDatabase } from './probes.ts'

const freshKey = () => randomBytes(32).toString('base64')

describe('MASTER_KEY', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'postgresql', nodes: 0 })
    await commandWithin(house, ['migrate'])
  })
  afterAll(() => house?.stop())
  const wraps = () => onDatabase(house, 'select * from data_key_wraps order by purpose, number, master_id')

  it('A-916 with a slip is refused by name, and not shown', async () => {
    const key = `${freshKey().slice(0, 42)}B=`
    const { code, stderr, stdout } = await house.run(['migrate'], { env: { MASTER_KEY: key } })
    expect(code).toBe(78)
    expect(stderr).toContain('MASTER_KEY')
    expect(stderr + stdout).not.toContain(key.slice(0, 20))
  })

  it('A-916 A-922 another one does not open what is stored, and puts nothing in its place', async () => {
    const before = await wraps()
    const env = { MASTER_KEY: freshKey(), PORT: '0', MANAGEMENT_PORT: '0' }
    const { code, stderr } = await house.run(['serve'], { env })
    expect([code, stderr]).toEqual([78, expect.stringContaining('MASTER_KEY does not open')])
    await expect(commandWithin(house, ['migrate'], { env })).rejects.toThrow('MASTER_KEY does not open')
    expect(await wraps()).toEqual(before)
    expect(await commandWithin(house, ['migrate'])).toMatchObject({ code: 0 })
  })

  it('A-923 a wrapped data key copied to another purpose opens nothing', async () => {
    await onDatabase(
      house,
      `update data_key_wraps set wrapped = (select wrapped from data_key_wraps where purpose = 'cookie')
         where purpose = 'pepper'`,
    )
    await expect(commandWithin(house, ['migrate'])).rejects.toThrow('does not open')
  })
})

describe('the master key of embedded storage', () => {
  let house: House
  let file: string
  beforeAll(async () => {
    house = await openHouse({ storage: 'embedded', nodes: 0 })
    await commandWithin(house, ['migrate'])
    file = join(house.dataDir, 'master.key')
  })
  afterAll(() => house?.stop())
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

  it('A-916 is made once, for its owner alone, in a folder for its owner alone', async () => {
    expect(await modeOf(house.dataDir)).toBe('700')
    expect(await modeOf(file)).toBe('600')
    for (const name of await readdir(house.dataDir)) {
      expect([name, await modeOf(join(house.dataDir, name))]).toEqual([
        name,
        expect.stringMatching(/^[67]00$/),
      ])
    }
    expect(Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')).toHaveLength(32)
  })

  it('A-916 that is missing or damaged is never made anew over what is stored', async () => {
    const key = await readFile(file, 'utf8')
    await rename(file, `${file}.away`)
    const missing = await house.run(['migrate'])
    expect([missing.code, missing.stderr]).toEqual([
      78,
      expect.stringContaining('missing although there is data'),
    ])
    expect(await readdir(house.dataDir)).not.toContain('master.key')

    await writeFile(file, key.slice(0, 20), { mode: 0o600 })
    const damaged = await house.run(['migrate'])
    expect([damaged.code, damaged.stderr]).toEqual([78, expect.stringContaining(file)])
    expect(damaged.stderr).not.toContain(key.slice(0, 20))

    await writeFile(file, `${freshKey()}\n`)
    await expect(commandWithin(house, ['migrate'])).rejects.toThrow('MASTER_KEY does not open')
    await writeFile(file, key)
  })

  it('A-916 that others may read is warned of, and opens all the same', async () => {
    await chmod(file, 0o644)
    const { code, stderr } = await commandWithin(house, ['migrate'])
    await chmod(file, 0o600)
    expect([code, stderr]).toEqual([0, expect.stringContaining('open to others (mode 0644)')])
  })
})
