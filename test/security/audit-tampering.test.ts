/** Somebody with all rights on the database changes the audit trail, and somebody with the server's rights tries to. */
import { type Kysely, sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { createChainRepository } from '../../src/audit/chain-repository.ts'
import { createTrailRepository } from '../../src/audit/trail-repository.ts'
import { type Verdict, verifyChain } from '../../src/audit/verify.ts'
import type { Database } from '../../src/schema.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { lines } from '../support/trail.ts'
import { type Core, within } from '../support/within.ts'
import { onDatabase } from './probes.ts'

const WAY_BACK = new Error('undo')

/** What is changed, and where it shows. `row` is in the middle, `last` at the end. */
const TAMPERINGS: [string, string, { sequence: number; fault: RegExp }][] = [
  [
    'one byte of a record',
    `update audit_events set record = replace(record, '"version":1', '"version":2') where sequence = 5`,
    { sequence: 5, fault: /not what was chained/ },
  ],
  [
    'one byte of a hash',
    'update audit_events set hash = set_byte(hash, 7, (get_byte(hash, 7) + 1) % 256) where sequence = 5',
    { sequence: 5, fault: /not what was chained/ },
  ],
  [
    'the person of a row',
    `update audit_events set subject = 'somebody-else' where sequence = 5`,
    { sequence: 5, fault: /column subject/ },
  ],
  [
    'the time of a row',
    `update audit_events set time = time - interval '1 second' where sequence = 5`,
    { sequence: 5, fault: /column time/ },
  ],
  ['a row away', 'delete from audit_events where sequence = 5', { sequence: 5, fault: /missing/ }],
  ['the first row away', 'delete from audit_events where sequence = 1', { sequence: 1, fault: /missing/ }],
  [
    'two rows for each other',
    `update audit_events e set record = o.record, id = o.id, type = o.type, time = o.time, subject = o.subject,
      client = o.client, session = o.session, request_id = o.request_id, hash = o.hash
    from audit_events o where e.sequence in (5, 6) and o.sequence = 11 - e.sequence`,
    { sequence: 5, fault: /not what was chained/ },
  ],
  [
    'the end away',
    'delete from audit_events where sequence > 8',
    { sequence: 9, fault: /the end is missing/ },
  ],
  [
    'a row in',
    `insert into audit_events select chain, sequence, recorded_at + interval '1 millisecond', id, type, time, subject,
      client, session, request_id, record, hash from audit_events where sequence = 5`,
    { sequence: 5, fault: /put in/ },
  ],
  [
    'a row behind the end',
    `insert into audit_events select chain, (select max(sequence) + 1 from audit_events), recorded_at, id, type, time,
      subject, client, session, request_id, record, sha256(hash) from audit_events where sequence = 5`,
    { sequence: -1, fault: /not what was chained/ },
  ],
  [
    'the address beside a row',
    `update audit_personal set name = 'mallory@example.com'
    where event_id = (select id from audit_events where type = 'user.created' order by sequence limit 1)`,
    { sequence: -3, fault: /beside the row was changed: name/ },
  ],
  [
    'the end of the chain',
    'update audit_chains set hash = sha256(hash)',
    { sequence: -2, fault: /the end of the chain/ },
  ],
]

withHouse({ storage: 'postgresql', nodes: 0 }, (house) => {
  let [length, person] = [0, 0]
  const verdicts = new Map<string, Verdict>()
  beforeAll(async () => {
    await within(house(), async (core) => {
      const { createUser, auditChain, clock } = core
      for (let n = 0; n < 6; n++)
        await createUser(
          { email: `person-${n}@example.com`, name: `P ${n}` },
          { actor: 'test', ip: '192.0.2.7' },
        )
      await auditChain.linkNext(clock.now(), 1000)
      for (const [, statement] of TAMPERINGS) verdicts.set(statement, await verdictAfter(core, statement))
    })
    const { stdout } = await house().run(['audit', 'export'])
    const trail = lines(stdout)
    length = trail.length
    person = trail.find(({ event }) => event.type === 'user.created')?.sequence ?? 0
  })

  /** As the owner of everything, who may also set triggers aside; undone afterwards. */
  async function verdictAfter({ database, auditRecords }: Core, statement: string): Promise<Verdict> {
    const found = Promise.withResolvers<Verdict>()
    const undone = database.db.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx)
      await sql.raw(statement.replaceAll('where sequence', `where chain = 'main' and sequence`)).execute(tx)
      found.resolve(await verifyChain({ trail: createTrailRepository(tx), records: auditRecords }, 'main'))
      throw WAY_BACK
    })
    await expect(undone).rejects.toBe(WAY_BACK)
    return found.promise
  }

  describe('an audit trail', () => {
    it('A-925 holds as it was written, and says so', async () => {
      const { code, stdout } = await house().run(['audit', 'verify'])
      expect(code).toBe(0)
      expect(stdout).toContain(`ok    chain main: ${length} rows, 1 to ${length}`)
      expect(length).toBeGreaterThan(10)
    })

    it.each(TAMPERINGS)('A-925 shows who changes %s, and where', (_what, statement, { sequence, fault }) => {
      const place = new Map([
        [-1, length + 1],
        [-2, length],
        [-3, person],
      ])
      expect(verdicts.get(statement)).toMatchObject({
        ok: false,
        sequence: place.get(sequence) ?? sequence,
        fault: expect.stringMatching(fault),
      })
    })

    it('A-925 makes the command fail and name the place', async () => {
      const change = (from: string, to: string) =>
        onDatabase(
          house(),
          `do $$ begin set local session_replication_role = replica;
          update audit_events set record = replace(record, '${from}', '${to}') where chain = 'main' and sequence = 7;
          end $$`,
        )
      await change('"version":1', '"version":7')
      const broken = await house().run(['audit', 'verify'])
      const json = await house().run(['audit', 'verify', '--json'])
      await change('"version":7', '"version":1')
      expect(broken.code).toBe(1)
      expect(broken.stdout).toMatch(
        /^fail {2}chain main, row 7 \(event [\da-f-]{36}\): the row is not what was chained$/m,
      )
      expect(json.code).toBe(1)
      expect(JSON.parse(json.stdout.split('\n')[0] ?? '')).toMatchObject({ ok: false, sequence: 7 })
      expect((await house().run(['audit', 'verify'])).code).toBe(0)
    })

    it.each([
      `update audit_events set type = type`,
      `delete from audit_events`,
      `truncate audit_events`,
      `delete from audit_events_main`,
    ])('A-925 refuses its own owner "%s"', async (statement) => {
      await expect(onDatabase(house(), statement)).rejects.toThrow('the audit trail is only ever added to')
    })

    it('A-925 lets a role of less right add, and nothing else', async () => {
      const role = `app_${crypto.randomUUID().slice(0, 8)}`
      await onDatabase(
        house(),
        `create role ${role} login;
        grant select, insert on audit_events, audit_personal to ${role};
        grant select, update on audit_chains to ${role};
        grant select, insert, delete on event_inbox to ${role};
        grant select, update on users to ${role}`,
      )
      await within(house(), async ({ database, createUser, auditRecords, clock }) => {
        await createUser({ email: 'one-more@example.com' }, { actor: 'test' })
        const asRole = <T>(work: (tx: Kysely<Database>) => Promise<T>): Promise<T> =>
          database.db.transaction().execute(async (tx) => {
            await sql`set local role ${sql.id(role)}`.execute(tx)
            return work(tx)
          })
        for (const statement of [
          'update audit_events set type = type',
          'delete from audit_events',
          'delete from audit_events_main',
          'truncate audit_events',
          'drop table audit_events',
          'alter table audit_events disable trigger all',
        ])
          await expect(
            asRole((tx) => sql.raw(statement).execute(tx)),
            statement,
          ).rejects.toThrow(/permission denied|must be owner/)
        // Nor what is younger than its time, by way of the function that has the right.
        expect((await asRole((tx) => sql`select * from audit_drop_old()`.execute(tx))).rows).toEqual([])
        // And it can do its own work.
        expect(
          await asRole((tx) => createChainRepository(tx, auditRecords).linkNext(clock.now(), 1000)),
        ).toBe(1)
      })
      await onDatabase(house(), `drop owned by ${role}; drop role ${role}`)
    })
  })
})
