interface ImportMetaEnv {
  /** Issuer identifier. vite.config.ts puts it in. */
  readonly VITE_ISSUER: string
}
