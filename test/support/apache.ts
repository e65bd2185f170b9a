/** Apache with mod_auth_openidc in front of a page that shows who was let in: a temporary folder, a port, a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Apache {
  stop(): Promise<void>
  /** What it has to say for itself. */
  log(): Promise<string>
}

export interface ApacheOptions {
  port: number
  issuer: string
  clientId: string
  secret: string
}

const MODULES = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'mime',
  'dir',
  'include',
  'auth_openidc',
]

/** `/protected/` is for whoever signs in; the callback stands below it, `/bye.html` beside it. */
const configuration = (folder: string, { port, issuer, clientId, secret }: ApacheOptions): string => `
ServerRoot "${folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile "${folder}/pid"
DefaultRuntimeDir "${folder}"
ErrorLog "${folder}/log"
LogLevel warn auth_openidc:info
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
TypesConfig /etc/mime.types
DocumentRoot "${folder}/pages"
DirectoryIndex index.shtml
AddOutputFilter INCLUDES .shtml

OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${secret}
OIDCRedirectURI http://127.0.0.1:${port}/protected/callback
OIDCCryptoPassphrase only-for-this-test
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim email
OIDCSessionType server-cache
OIDCSSLValidateServer Off

<Directory "${folder}/pages">
  Options +Includes
  Require all granted
</Directory>
<Location /protected/>
  AuthType openid-connect
  Require valid-user
</Location>
`

/** With an icon in it, so that no browser asks for one. */
const page = (body: string): string => `<!doctype html><link rel="icon" href="data:,">${body}\n`

const PROTECTED = page('<p><!--#echo var="REMOTE_USER" --></p><p><!--#echo var="OIDC_CLAIM_name" --></p>')

export async function startApache(options: ApacheOptions): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-apache-'))
  // Its workers are not the one who made the folder.
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'pages/protected'), { recursive: true })
  await writeFile(join(folder, 'pages/protected/index.shtml'), PROTECTED)
  await writeFile(join(folder, 'pages/bye.html'), page('<p>Goodbye</p>'))
  await writeFile(join(folder, 'httpd.conf'), configuration(folder, options))
  const args = ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND']
  const child = spawn('/usr/sbin/apache2', args, {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const apache: Apache = {
    log: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
  await answers(child, options.port, apache)
  return apache
}

async function answers(child: ChildProcess, port: number, apache: Apache): Promise<void> {
  let complaint = ''
  child.stderr?.on('data', (part: Buffer) => {
    complaint += part.toString()
  })
  for (let tries = 0; child.exitCode === null && tries < 500; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/bye.html`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await delay(20)
  }
  const log = await apache.log()
  await apache.stop()
  throw new Error(`Apache does not start: ${complaint}${log}`)
}
