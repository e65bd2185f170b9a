/** What a connector is known by where it asks: bound to its row, so that no other one can be made to send it elsewhere. */
import type { FieldSealer } from '../keys/field-seal.ts'
import type { SealedColumn } from '../keys/reseal-columns.ts'
import { equalBytes } from '../security/keyed-hash.ts'
import type { Connector } from './connector.ts'
import type { ConnectorsRepository } from './connectors-repository.ts'

const place = (row: string) => ({ table: 'connectors', row, column: 'secret_sealed' })

export const sealedConnectorSecrets = (
  repository: Pick<ConnectorsRepository, 'sealedOtherwise' | 'reseal'>,
): SealedColumn => ({ place, ...repository })

export interface ConnectorSecrets {
  seal(id: string, secret: string): Buffer
  /** Undefined where it has none. Throws `SealBroken`. */
  open(connector: Pick<Connector, 'id' | 'secretSealed'>): string | undefined
  fits(connector: Pick<Connector, 'id' | 'secretSealed'>, secret: string): boolean
}

export function createConnectorSecrets(sealer: FieldSealer): ConnectorSecrets {
  const open: ConnectorSecrets['open'] = ({ id, secretSealed }) =>
    secretSealed && sealer.open(place(id), secretSealed)
  return {
    seal: (id, secret) => sealer.seal(place(id), secret),
    open,
    fits: (connector, secret) => {
      const present = open(connector)
      return present !== undefined && equalBytes(Buffer.from(present), Buffer.from(secret))
    },
  }
}
