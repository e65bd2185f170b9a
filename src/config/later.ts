import type { Described } from './env.ts'

/** Names that are taken, so that a set-up can already carry them. Their part is not there: setting one only warns. */
export const LATER: Readonly<Record<string, Described>> = {
  FIRST_PARTY_ORIGINS: {
    unset: 'the issuer’s own outside production; none in production',
    meaning: 'Origins whose pages may call `/auth/*`',
    example: 'https://app.example.com',
  },
  COOKIE_DOMAIN: {
    unset: 'this host only',
    meaning: 'Domain of the first-party refresh cookie',
    example: 'example.com',
  },
  COOKIE_SAMESITE: {
    default: 'Strict',
    meaning: '`SameSite` of the first-party refresh cookie',
    example: 'Lax',
  },
  REGISTRATION: { default: 'off', meaning: 'Whether people may register themselves', example: 'on' },
  OUTBOUND_ALLOW_PRIVATE: {
    default: 'false',
    meaning: 'Outgoing requests to private addresses; for test set-ups only',
    example: 'true',
  },
  GEOIP_DB: {
    unset: 'the built-in country file',
    meaning: 'File in MaxMind’s format',
    example: '/var/lib/geo.mmdb',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    unset: 'no traces',
    meaning: 'Where traces are sent',
    example: 'http://collector:4318',
    secret: 'url',
  },
  SMTP_URL: {
    unset: 'mail goes to the demo’s mailbox',
    meaning: 'Server that takes outgoing mail',
    example: 'smtps://USER:PASSWORD@mail.internal',
    secret: 'url',
  },
  MAIL_FROM: {
    unset: 'none',
    meaning: 'Sender of outgoing mail',
    example: 'Gatehouse <no-reply@example.com>',
  },
}
