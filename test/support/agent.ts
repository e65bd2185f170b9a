/** A browser without a window: cookies with their paths, forms with their hidden fields, redirects one by one. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Where it leads, resolved; undefined without a `Location`. */
  location: string | undefined
  json(): Record<string, unknown>
}

export interface Request {
  method?: string
  headers?: Record<string, string>
  form?: Record<string, string> | [string, string][]
  body?: string
  /** Another node than the agent's own. */
  node?: string
}

export interface Agent {
  /** `target` is a path, or an address of the issuer. */
  request(target: string, request?: Request): Promise<Answer>
  /** Sends a page's form with its hidden fields, as the browser that shows it would. */
  submit(page: Answer, at: string, fields: Record<string, string>): Promise<Answer>
  cookies: Cookie[]
}

export interface Cookie {
  name: string
  value: string
  path: string
  attributes: string
}

export interface AgentUse {
  issuer: string
  node: string
  /** Sent with every request. */
  headers?: Record<string, string>
}

export function createAgent(use: AgentUse): Agent {
  const cookies: Cookie[] = []
  const agent: Agent = {
    cookies,
    request: async (target, { method, headers = {}, form, body, node = use.node } = {}) => {
      const url = new URL(target, use.issuer)
      const sent = cookies.filter((c) => covers(c.path, url.pathname)).map((c) => `${c.name}=${c.value}`)
      const response = await fetch(new URL(url.pathname + url.search, node), {
        method: method ?? (form === undefined && body === undefined ? 'GET' : 'POST'),
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...(sent.length > 0 && { cookie: sent.join('; ') }),
          ...use.headers,
          ...headers,
        },
        ...(form !== undefined && { body: new URLSearchParams(form) }),
        ...(body !== undefined && { body }),
      })
      for (const line of response.headers.getSetCookie()) keep(cookies, line, url.pathname)
      const text = await response.text()
      const location = response.headers.get('location')
      return {
        status: response.status,
        headers: response.headers,
        text,
        location: location === null ? undefined : new URL(location, use.issuer).href,
        json: () => JSON.parse(text) as Record<string, unknown>,
      }
    },
    submit: (page, at, fields) =>
      agent.request(at, {
        form: { ...hiddenFields(page.text), ...fields },
        headers: { origin: use.issuer, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' },
      }),
  }
  return agent
}

/** RFC 6265 §5.1.4. */
const covers = (path: string, pathname: string): boolean =>
  pathname === path || (pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/'))

function keep(cookies: Cookie[], line: string, pathname: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const at = pair.indexOf('=')
  const given = attributes.find((a) => a.toLowerCase().startsWith('path='))?.slice(5)
  const cookie: Cookie = {
    name: pair.slice(0, at),
    value: pair.slice(at + 1),
    path: given ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/'),
    attributes: attributes.join('; '),
  }
  const known = cookies.findIndex((c) => c.name === cookie.name && c.path === cookie.path)
  if (known >= 0) cookies.splice(known, 1)
  const expires = attributes.find((a) => a.toLowerCase().startsWith('expires='))?.slice(8)
  if (expires === undefined || Date.parse(expires) > Date.now()) cookies.push(cookie)
}

export function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name: string): string | undefined =>
      new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s>]+))`)
        .exec(tag)
        ?.slice(1)
        .find((v) => v !== undefined)
    const name = attribute('name')
    if (attribute('type') === 'hidden' && name !== undefined)
      fields[name] = unescaped(attribute('value') ?? '')
  }
  return fields
}

const unescaped = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity)

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
}
