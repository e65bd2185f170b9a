/** The running server, if there is one: as an orchestrator sees it, and as a client does. */
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import type { Verdict } from './verdict.ts'

const LIMIT_MS = 2000

const get = (url: string): Promise<Response> =>
  fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(LIMIT_MS) })

export async function* checkReadiness({ management }: Pick<Config, 'management'>): AsyncIterable<Verdict> {
  const check = 'server'
  const url = `http://${reachable(management.host)}:${management.port}/readyz`
  if (management.port === 0)
    return yield { check, status: 'note', message: 'MANAGEMENT_PORT=0: nobody knows where it is' }
  try {
    const { status } = await get(`${url}?verbose`)
    yield status === 200
      ? { check, status: 'ok', message: `is ready (${url})` }
      : { check, status: 'fail', message: `is not ready: ${url} answers ${status}` }
  } catch (error) {
    yield isRefused(error)
      ? { check, status: 'note', message: `none is running on this machine (${url})` }
      : { check, status: 'fail', message: `does not answer: ${url} (${codeOf(error)})` }
  }
}

/** Any interface is no address to call. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

const metadata = z.object({ issuer: z.string() })

/** OpenID Connect Discovery §4.3: whoever asks at the issuer's address must be told exactly this issuer. */
export async function* checkIssuer({ issuer }: Pick<Config, 'issuer'>): AsyncIterable<Verdict> {
  const check = 'issuer'
  try {
    const answer = await get(`${issuer}/.well-known/openid-configuration`)
    const told = metadata.safeParse(await answer.json().catch(() => undefined))
    if (answer.status !== 200 || !told.success)
      yield { check, status: 'warn', message: `something else answers at ${issuer} (${answer.status})` }
    else if (told.data.issuer !== issuer)
      yield {
        check,
        status: 'fail',
        message: `${issuer} says that it is ${JSON.stringify(told.data.issuer)}`,
      }
    else yield { check, status: 'ok', message: `${issuer} answers as itself` }
  } catch (error) {
    const status = isRefused(error) ? 'note' : 'warn'
    yield { check, status, message: `${issuer} can’t be reached from this machine (${codeOf(error)})` }
  }
}

const isRefused = (error: unknown): boolean => codeOf(error) === 'ECONNREFUSED'

/** `fetch` keeps what happened in the cause of its error, and for names with several addresses once more inside. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0])
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? error.name : codeOf(error.cause)
}
