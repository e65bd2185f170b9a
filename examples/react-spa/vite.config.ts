import { defineConfig, loadEnv, type UserConfig } from 'vite'

const ROOT = import.meta.dirname
const PACKAGES = `${ROOT}/../../packages`

/** For a Gatehouse at this address. */
export const configFor = (issuer: string): UserConfig => ({
  root: ROOT,
  define: { 'import.meta.env.VITE_ISSUER': JSON.stringify(issuer) },
  resolve: {
    // Inside this repository the packages are taken as they stand. Outside of it, leave `resolve` and `fs` out.
    alias: {
      '@gatehouse/browser': `${PACKAGES}/browser/src/index.ts`,
      '@gatehouse/react': `${PACKAGES}/react/src/index.ts`,
    },
  },
  server: { port: 5173, strictPort: true, fs: { allow: [ROOT, PACKAGES] } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // What a server should send with the built pages: no script, no style and no connection but these.
  preview: { port: 5173, strictPort: true, headers: { 'content-security-policy': policy(issuer) } },
})

const policy = (issuer: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${issuer}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

export default defineConfig(({ mode }) =>
  configFor(loadEnv(mode, ROOT)['VITE_ISSUER'] ?? 'http://localhost:3000'),
)
