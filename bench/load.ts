/** Closed loops over keep-alive connections, and what they cost the server in CPU time. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

export interface Reply {
  status: number
  body: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

export const post = (
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const body = new URLSearchParams(form).toString()
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json',
          ...headers,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

/** Runs `each` `total` times, `width` at once; every worker gets its own number. */
export async function loop(
  total: number,
  width: number,
  each: (worker: number) => Promise<void>,
): Promise<{ seconds: number }> {
  const began = performance.now()
  let left = total
  const worker = async (number: number): Promise<void> => {
    while (left-- > 0) await each(number)
  }
  await Promise.all(Array.from({ length: width }, (_, number) => worker(number)))
  return { seconds: (performance.now() - began) / 1000 }
}

const TICKS_PER_SECOND = 100

/** User and system time of a process so far, in milliseconds (proc(5), fields 14 and 15). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** Resident memory, MiB. */
export function residentOf(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((l) => l.startsWith('VmRSS:'))
  return Number(line?.replace(/\D/g, '')) / 1024
}
