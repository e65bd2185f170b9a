/** One statement, one trip, one step: prepared once a connection, under its name. */
import type { Pool, QueryResult, QueryResultRow } from 'pg'
import type { StoredEvent } from '../contract.ts'
import { asStoreAway } from '../store-away.ts'

export interface Statement {
  name: string
  text: string
}

/** An event as statements take it. */
export const told = (event: StoredEvent | undefined): [string | null, string | null] =>
  event === undefined ? [null, null] : [event.id, event.text]

export type Ask = <Row extends QueryResultRow>(
  statement: Statement,
  values?: unknown[],
) => Promise<QueryResult<Row>>

export const askOf = (pool: Pick<Pool, 'query'>): Ask => {
  return async <Row extends QueryResultRow>({ name, text }: Statement, values: unknown[] = []) => {
    try {
      return await pool.query<Row>({ name, text, values })
    } catch (error) {
      throw asStoreAway(error)
    }
  }
}
