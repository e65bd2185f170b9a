#!/usr/bin/env node
// Plain JavaScript, so that an old Node can read it and say in words what is missing.
import module from 'node:module'

const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && (minor < 11 || (minor === 11 && patch < 1)))) {
  process.stderr.write(
    `Gatehouse needs Node 24.11.1 or newer, this is ${process.version}. On Linux "npm ci" brings it.\n`,
  )
  process.exit(78)
}
module.enableCompileCache()
await import('../src/main.ts')
