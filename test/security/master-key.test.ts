import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../support/house.ts'
import { onDatabase } from './probes.ts'

const freshKey = () => randomBytes(32).toString('base64')

describe('MASTER_KEY', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'postgresql', nodes: 0 })
    expect(await house.run(['migrate'])).toMatchObject({ code: 0 })
  })
  afterAll(() => house?.stop())
  const wraps = () => onDatabase(house, 'select * from data_key_wraps order by purpose, number, master_id')

  it.each([
    ['of 31 bytes', randomBytes(31).toString('base64')],
    ['in hexadecimal', randomBytes(32).toString('hex')],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['with a slip in its last sign', `${freshKey().slice(0, 42)}B=`],
    ['empty', ''],
  ])('A-916 %s is refused by name, and not shown', async (_, key) => {
    const { code, stderr, stdout } = await house.run(['migrate'], { env: { MASTER_KEY: key } })
    expect(code).toBe(78)
    expect(stderr).toContain('MASTER_KEY')
    if (key !== '') expect(stderr + stdout).not.toContain(key.slice(0, 20))
  })

  it('A-916 A-922 another one does not open what is stored, and puts nothing in its place', async () => {
    const before = await wraps()
    for (const command of ['migrate', 'serve']) {
      const { code, stderr } = await house.run([command], {
        env: { MASTER_KEY: freshKey(), PORT: '0', MANAGEMENT_PORT: '0' },
      })
      expect(code).toBe(78)
      expect(stderr).toContain('MASTER_KEY does not open')
    }
    expect(await wraps()).toEqual(before)
    expect(await house.run(['migrate'])).toMatchObject({ code: 0 })
  })

  it('A-923 a wrapped data key copied to another purpose opens nothing', async () => {
    await onDatabase(
      house,
      `update data_key_wraps set wrapped = (select wrapped from data_key_wraps where purpose = 'cookie')
         where purpose = 'pepper'`,
    )
    const { code, stderr } = await house.run(['migrate'])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/does not open/)
  })
})

describe('the master key of embedded storage', () => {
  let house: House
  let file: string
  beforeAll(async () => {
    house = await openHouse({ storage: 'embedded', nodes: 0 })
    expect(await house.run(['migrate'])).toMatchObject({ code: 0 })
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

  it('A-916 that others may read is warned of', async () => {
    await chmod(file, 0o644)
    const { code, stderr } = await house.run(['migrate'])
    await chmod(file, 0o600)
    expect(code).toBe(0)
    expect(stderr).toContain('open to others (mode 0644)')
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
    const other = await house.run(['migrate'])
    expect([other.code, other.stderr]).toEqual([78, expect.stringContaining('MASTER_KEY does not open')])

    await writeFile(file, key)
    expect(await house.run(['migrate'])).toMatchObject({ code: 0 })
  })
})
