import type { Described } from './env.ts'

/** Names that are taken, so that a set-up can already carry them. Their part is not there: setting one only warns. */
export const LATER: Readonly<Record<string, Described>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    unset: 'no traces',
    meaning: 'Where traces are sent',
    example: 'http://collector:4318',
    secret: 'url',
  },
}
