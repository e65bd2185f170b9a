/** Whether who people may sign in with elsewhere answers, and is who they were set up to be. */
import type { OpenDatabase } from '../../../adapters/database.ts'
import type { Config } from '../../config/config.ts'
import { type Connector, callbackOf } from '../../federation/connector.ts'
import { createConnectorsRepository } from '../../federation/connectors-repository.ts'
import { createLibraryFetch } from '../../security/library-fetch.ts'
import { createOutboundFetch } from '../../security/outbound-fetch.ts'
import { outboundRules } from '../../security/outbound-url.ts'
import { scrubForeign, visible } from '../../telemetry/scrub.ts'
import type { Verdict } from './verdict.ts'

export async function* checkConnectors(config: Config, { db }: OpenDatabase): AsyncIterable<Verdict> {
  const connectors = await createConnectorsRepository(db).list()
  const fetch = createLibraryFetch(createOutboundFetch({ rules: outboundRules(config) }))
  yield* judgeConnectors(connectors, async ({ slug, config: asked }) => {
    const { openRelyingParty } = await import('../../federation/oidc/relying-party.ts')
    await openRelyingParty({
      ...{ config: asked, secret: undefined, fetch, allowHttp: !config.production },
      redirectUri: callbackOf(config.issuer, slug),
    })
  })
}

type Judged = Pick<Connector, 'slug' | 'config' | 'disabled'>

/** `ask`: rejects where it is of no use. */
export async function* judgeConnectors<One extends Judged>(
  connectors: readonly One[],
  ask: (connector: One) => Promise<void>,
): AsyncIterable<Verdict> {
  const check = 'connectors'
  for (const connector of connectors) {
    const { slug, config, disabled } = connector
    if (disabled) {
      yield { check, status: 'note', message: `${slug} is disabled` }
      continue
    }
    try {
      await ask(connector)
      yield { check, status: 'ok', message: `${slug}: ${config.issuer} answers` }
    } catch (error) {
      const why = error instanceof Error ? scrubForeign(error.message) : 'it can’t be asked'
      // The house is sound; people who sign in there have to take another way.
      yield { check, status: 'warn', message: visible(`${slug}: ${config.issuer} is of no use: ${why}`, 300) }
    }
  }
}
