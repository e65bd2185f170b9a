/** `gatehouse import users …`: people with their passwords, from where they were before. */
import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import type { Core } from '../../core.ts'
import type { Places } from '../../methods/identity/bring.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { Refusal } from '../refusal.ts'
import { withCore } from '../with-core.ts'
import { readFirebaseConfig } from './firebase-config.ts'
import { importFile, type Tally } from './import-file.ts'
import { READER_NAMES, READERS, type ReaderName } from './registry.ts'
import { BadFile, type FirebaseConfig } from './source.ts'

interface Options {
  from: ReaderName
  source?: string
  firebaseConfig?: string
  connector: readonly Place[]
  dryRun: boolean
  json: boolean
}

export const addImport: AddCommand = (program, open, end) => {
  program
    .command('import')
    .description('bring people from another system')
    .command('users')
    .description('bring people with their passwords; a second run makes nobody twice')
    .argument('<file...>', 'what the other system has exported')
    .addOption(
      new Option('--from <system>', 'which system wrote the file')
        .choices(READER_NAMES)
        .makeOptionMandatory(),
    )
    .option('--source <name>', 'what the system is called, where there are several of a kind', readSource)
    .option('--firebase-config <file>', 'the project’s hash parameters, as the Firebase console shows them')
    .option(
      '--connector <there=slug>',
      'people who signed in by it there do so by this connector here; may be given several times',
      readPlace,
      [],
    )
    .option('--dry-run', 'look at every row and change nothing', false)
    .option('--json', 'print the counts as JSON', false)
    .action(async (files: string[], options: Options) => end(await importUsers(open(), files, options)))
}

function readSource(name: string): string {
  if (/^[\w.:-]{1,100}$/.test(name)) return name
  throw new InvalidArgumentError('It must be 1 to 100 letters, digits and . : _ -')
}

type Place = readonly [there: string, slug: string]

function readPlace(text: string, before: readonly Place[]): readonly Place[] {
  const [, there, slug] = /^(.{1,100})=([^=]+)$/.exec(text) ?? []
  if (there !== undefined && slug !== undefined) return [...before, [there, slug]]
  throw new InvalidArgumentError('It must be a name there, =, and the slug of a connector.')
}

/** Rejects where there is no such connector: whoever signed in by it alone could not, otherwise. */
async function findPlaces(
  { connectors }: Pick<Core, 'connectors'>,
  named: readonly Place[],
): Promise<Places> {
  const known = named.length === 0 ? [] : await connectors.list()
  return new Map(
    named.map(([there, slug]) => {
      const connector = known.find((one) => one.slug === slug)
      if (connector === undefined)
        throw new Refusal(`there is no connector ${slug}: set it up by apply first`)
      return [there, { slug, id: connector.id, issuer: connector.config.issuer }]
    }),
  )
}

async function importUsers(context: CommandContext, files: string[], options: Options): Promise<number> {
  const { from, source = from, dryRun, json } = options
  const firebase = await readConfig(options.firebaseConfig)
  const tally: Tally = { read: 0, created: 0, completed: 0, unchanged: 0, passed_over: 0, rejected: 0 }
  const overwrite = process.stderr.isTTY ? (text: string) => void process.stderr.write(text) : undefined
  const failed = await withCore(context, async (core) => {
    const places = await findPlaces(core, options.connector)
    for (const file of files) {
      try {
        const use = { core, places, reader: READERS[from], options: { source, dryRun, firebase }, tally }
        await importFile({ ...use, say: context.say, overwrite }, file)
      } catch (error) {
        if (!(error instanceof BadFile)) throw error
        context.say(
          `${file}: ${error.message}. What stands before is done; run it again once the file is mended.`,
        )
        return true
      }
    }
    return false
  })
  context.print(
    json ? JSON.stringify({ source, dry_run: dryRun, ...tally }, null, 2) : summary(tally, dryRun),
  )
  if (tally.read === 0 && !failed) context.say('There was nobody in it: is it the right --from?')
  return failed || tally.rejected > 0 || tally.read === 0 ? EXIT.failed : EXIT.ok
}

async function readConfig(path: string | undefined): Promise<FirebaseConfig | undefined> {
  if (path === undefined) return undefined
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Refusal(`${path} can’t be read: ${error.message}`)
  })
  return readFirebaseConfig(text, path)
}

function summary(
  { read, created, completed, unchanged, passed_over, rejected }: Tally,
  dryRun: boolean,
): string {
  const would = dryRun ? 'would be ' : ''
  return [
    `${read} read: ${created} ${would}created`,
    `${completed} ${would}given the password that was missing`,
    `${unchanged} there before`,
    `${passed_over} passed over`,
    `${rejected} rejected`,
  ].join(', ')
}
