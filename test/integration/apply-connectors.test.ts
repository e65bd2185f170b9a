/** Connectors as a file for `apply` sets them up, changes them and takes them away. */
import { describe, expect, it } from 'vitest'
import { createEvent } from '../../src/audit/event.ts'
import { dumpOf, textOf } from '../security/dump.ts'
import { SOON } from '../security/probes.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { apply } from '../support/set-ups.ts'
import { trailOf } from '../support/trail.ts'
import { type Core, commandWithin, within } from '../support/within.ts'

const SECRET = 'a secret that acme knows'
const OTHER = 'another one that acme knows'
const CONFIG = { issuer: 'https://acme.example', client_id: 'house' }
const WITH_SECRET = { ...CONFIG, client_secret: SECRET }

const file = (slug: string, config: object, more: object = {}) => ({
  connectors: [{ slug, type: 'oidc', config, ...more }],
})

withHouse({ storage: 'postgresql', nodes: 0 }, (house) => {
  const stored = (slug: string) => within(house(), ({ connectors }) => connectors.find(slug))
  const secretOf = (slug: string) =>
    within(house(), async ({ connectors, connectorSecrets }) => {
      const connector = await connectors.find(slug)
      return connector && connectorSecrets.open(connector)
    })
  const printed = async (document: object, ...flags: string[]) =>
    (await apply(house(), document, flags)).stdout

  describe('a connector of a file', () => {
    it('is there as the file says, and stays untouched by a second run', async () => {
      const document = file('acme', WITH_SECRET, { name: 'Acme & Co' })
      expect(await printed(document)).toBe(
        [
          '+ connector acme',
          '    type: "oidc"',
          '    name: "Acme & Co"',
          '    issuer: "https://acme.example"',
          '    client_id: "house"',
          '    scope: "openid email profile"',
          '    client_secret: set',
          '1 change made.\n',
        ].join('\n'),
      )
      const made = await stored('acme')
      expect(made).toMatchObject({
        slug: 'acme',
        type: 'oidc',
        name: 'Acme & Co',
        config: { ...CONFIG, scope: 'openid email profile' },
        disabled: false,
        managedBy: 'apply',
      })
      expect(await secretOf('acme')).toBe(SECRET)
      expect(await printed(document)).toBe('Nothing to do.\n')
      expect(await printed(file('acme', CONFIG, { name: 'Acme & Co' }))).toBe('Nothing to do.\n')
      expect(await stored('acme')).toEqual(made)
    })

    it('gets another secret where the file has one, and with --dry-run nothing', async () => {
      await apply(house(), file('changed', WITH_SECRET))
      const before = await stored('changed')
      const other = file('changed', { ...CONFIG, client_secret: OTHER })
      const change = '~ connector changed\n    client_secret: changed\n1 change '
      expect(await printed(other, '--dry-run')).toBe(`${change}would be made. Nothing was changed.\n`)
      expect(await stored('changed')).toEqual(before)
      expect(await printed(other)).toBe(`${change}made.\n`)
      expect(await secretOf('changed')).toBe(OTHER)
      expect(await stored('changed')).toMatchObject({ id: before?.id, config: before?.config })
    })

    it('A-923 keeps its secret from another issuer, unless the file gives it again', async () => {
      await apply(house(), file('moved', WITH_SECRET))
      const before = await stored('moved')
      const to = { ...CONFIG, issuer: 'https://other.example' }
      for (const flags of [['--dry-run'], []])
        expect(await apply(house(), file('moved', to), flags)).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(
            /:6:7: connectors\[0\]\.config\.issuer: is another one than before, .* give client_secret_env too\nNothing was changed\.\n$/,
          ),
        })
      expect(await stored('moved')).toEqual(before)
      expect(await printed(file('moved', { ...to, client_secret: SECRET }))).toBe(
        '~ connector moved\n    issuer: "https://acme.example" → "https://other.example"\n1 change made.\n',
      )
      expect([await secretOf('moved'), (await stored('moved'))?.id]).toEqual([SECRET, before?.id])
      await apply(house(), file('open', CONFIG))
      expect((await apply(house(), file('open', to))).code).toBe(0)
      expect(await secretOf('open')).toBeUndefined()
    })

    it('is disabled and enabled where the file says so, and by nothing else', async () => {
      await apply(house(), file('off', CONFIG, { disabled: true }))
      await apply(house(), file('off', CONFIG, { name: 'Off' }))
      expect(await stored('off')).toMatchObject({ name: 'Off', disabled: true })
      await apply(house(), file('off', CONFIG, { disabled: false }))
      expect(await stored('off')).toMatchObject({ name: 'off', disabled: false })
    })

    it('goes with --prune, and with it what people have connected by it', async () => {
      await apply(house(), file('gone', WITH_SECRET))
      await within(house(), async (core) => {
        await byHand(core)
        for (const slug of ['gone', 'by-hand']) await connect(core, slug)
      })
      const gone = await stored('gone')
      expect(await printed(SET_UP)).toBe('Nothing to do.\n')
      // Two of one millisecond are in no order.
      expect(new Set(await connected())).toEqual(new Set([gone?.id, (await stored('by-hand'))?.id]))
      const pruned = await printed(SET_UP, '--prune')
      expect(pruned).toContain('- connector gone\n')
      expect(pruned).not.toContain('by-hand')
      expect(await stored('gone')).toBeUndefined()
      expect(await connected()).toEqual([(await stored('by-hand'))?.id])
      await apply(house(), file('gone', CONFIG))
      expect((await stored('gone'))?.id).not.toBe(gone?.id)
    })

    it('has its changes in the audit trail, by the names of the fields', async () => {
      await apply(house(), file('told', WITH_SECRET))
      await apply(house(), file('told', { ...CONFIG, scope: 'openid', client_secret: OTHER }))
      await apply(house(), SET_UP, ['--prune'])
      const events = (await trailOf(house())).map(({ event }) => event)
      const told = events.filter(({ details }) => details?.['connector'] === 'told')
      expect(told).toMatchObject([
        { type: 'connector.created', actor: 'apply', details: { connector: 'told' } },
        { type: 'connector.updated', details: { connector: 'told', fields: ['scope', 'client_secret'] } },
        { type: 'connector.deleted', details: { connector: 'told' } },
      ])
    })

    it('A-921 A-923 has its secret sealed, for it alone, and anew when the keys of fields have leaked', async () => {
      await apply(house(), file('one', WITH_SECRET))
      await apply(house(), file('two', { ...CONFIG, client_secret: OTHER }))
      const [one, two] = [await stored('one'), await stored('two')]
      const text = textOf(await dumpOf(house()))
      for (const secret of [SECRET, OTHER]) expect(text).not.toContain(secret)
      await within(house(), async ({ connectorSecrets }) => {
        const swapped = { id: one?.id ?? '', secretSealed: two?.secretSealed }
        expect(() => connectorSecrets.open(swapped)).toThrow()
      })
      const { code } = await commandWithin(house(), ['keys', 'compromise', 'field', '--yes'])
      expect(code).toBe(0)
      expect((await stored('one'))?.secretSealed).not.toEqual(one?.secretSealed)
      expect([await secretOf('one'), await secretOf('two')]).toEqual([SECRET, OTHER])
      expect(await printed(file('one', WITH_SECRET))).toBe('Nothing to do.\n')
    })

    it('is made once, whether one runs it or three at once', async () => {
      const runs = await Promise.all([1, 2, 3].map(() => apply(house(), file('race', WITH_SECRET))))
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0])
      expect(runs.filter(({ stdout }) => stdout.includes('1 change made.'))).toHaveLength(1)
    })

    it('is told to who listens, by its slug', async () => {
      const heard: string[] = []
      await within(house(), async ({ notices }) => {
        notices.subscribe('connector', (slug) => heard.push(slug))
        let disabled = false
        const change = async () => {
          disabled = !disabled
          await apply(house(), file('heard', CONFIG, { disabled }))
          return heard
        }
        await expect.poll(change, SOON).toContain('heard')
      })
    })
  })

  /** As somebody who is no file makes it. */
  async function byHand({ connectors, clock }: Core): Promise<void> {
    const created = { type: 'connector.created', details: { connector: 'by-hand' } } as const
    const config = { ...CONFIG, scope: 'openid' }
    await connectors.add(
      {
        ...{ id: crypto.randomUUID(), slug: 'by-hand', type: 'oidc', name: 'By hand', config },
        ...{ secretSealed: undefined, disabled: false, managedBy: undefined },
      },
      createEvent({}, created, clock.now()),
    )
  }

  async function connect({ accounts, connectors, clock }: Core, slug: string): Promise<void> {
    const account = await accounts.users.findByEmailKey(PERSON.email)
    const connector = await connectors.find(slug)
    const data = { connector: connector?.id ?? '', issuer: CONFIG.issuer, subject: '42' }
    const identity = { id: crypto.randomUUID(), method: 'identity', data }
    expect(await accounts.credentials.add(account?.id ?? '', identity, clock.now())).toBe(true)
  }

  const connected = () =>
    within(house(), async ({ accounts }) => {
      const account = await accounts.users.findByEmailKey(PERSON.email)
      const all = await accounts.credentials.of(account?.id ?? '')
      return all.filter(({ method }) => method === 'identity').map(({ data }) => data['connector'])
    })
})
