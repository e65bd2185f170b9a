/**
 * The contract again, as simply as it can be said: one thread, no clock. A life is over at once or never, so that a
 * comparison with a real store does not depend on when it is made.
 */
import type {
  Artifact,
  ArtifactStore,
  Family,
  Grant,
  GrantIndex,
  GrantStore,
  NewArtifact,
  NewGrant,
  NewToken,
  StateStore,
} from '../contract.ts'

interface MemoryGrant {
  born: NewGrant
  redeemed: boolean
  family?: Family
  tokens: Map<string, NewToken>
}

type MemoryArtifact = NewArtifact & { consumed: boolean }

export const memoryModel = (): Pick<StateStore, 'grants' | 'artifacts'> => ({
  grants: memoryGrants(new Map()),
  artifacts: memoryArtifacts(new Map(), new Map(), new Set()),
})

const memoryGrants = (grants: Map<string, MemoryGrant>): GrantStore => ({
  async create(key, born) {
    if (born.code.expiresIn > 0) grants.set(key, { born, redeemed: false, tokens: new Map() })
  },
  async read(key) {
    const grant = grants.get(key)
    return grant && shown(grant)
  },
  async readToken(key, tokenKey) {
    const grant = grants.get(key)
    const token = grant?.tokens.get(tokenKey)
    return grant && token && { token, grant: shown(grant) }
  },
  async redeem(key, { codeKey, grantExpiresIn, family, token, notAfter }) {
    const grant = grants.get(key)
    if (notAfter === 0) return 'unheard'
    if (grant?.born.code.key !== codeKey) return 'gone'
    if (grant.redeemed) return 'consumed'
    grant.redeemed = true
    if (family && family.endsIn > 0) grant.family = { number: 0, uses: [], ...family }
    if (token) putToken(grant, token)
    if (grantExpiresIn <= 0) grants.delete(key)
    return 'redeemed'
  },
  async rotate(key, { expected, keep, currentExpiresIn, token, notAfter }) {
    const grant = grants.get(key)
    if (notAfter === 0) return { status: 'unheard' }
    if (grant?.family === undefined) return { status: 'gone' }
    const { family } = grant
    if (family.number !== expected || family.currentExpiresIn <= 0)
      return { status: 'changed', grant: shown(grant) }
    grant.family = {
      ...family,
      number: expected + 1,
      uses: [{ number: expected, at: 0 }, ...keep],
      currentExpiresIn,
    }
    if (token) putToken(grant, token)
    return { status: 'rotated' }
  },
  async addToken(key, token) {
    const grant = grants.get(key)
    if (grant) putToken(grant, token)
    return grant !== undefined
  },
  async dropToken(key, tokenKey) {
    grants.get(key)?.tokens.delete(tokenKey)
  },
  revoke: async (key) => grants.delete(key),
  async *list(index: GrantIndex, value) {
    yield [...grants.values()].filter(({ born }) => value !== '' && born[index] === value).map(shown)
  },
  async revokeAll(index: GrantIndex, value, { spareFamilies = false } = {}) {
    const doomed = [...grants].filter(
      ([, { born, family }]) => value !== '' && born[index] === value && !(spareFamilies && family),
    )
    for (const [key] of doomed) grants.delete(key)
    return doomed.length
  },
})

const putToken = ({ tokens }: MemoryGrant, token: NewToken): unknown =>
  token.expiresIn > 0 ? tokens.set(token.key, token) : tokens.delete(token.key)

function shown({ born, redeemed, family }: MemoryGrant): Grant {
  const { account, client, session, content, code } = born
  const shownCode = { ...code, ...(redeemed && { consumedFor: 0 }) }
  return {
    readAt: 0,
    account,
    client,
    session,
    content,
    expiresIn: 1,
    code: shownCode,
    ...(family && { family }),
  }
}

function memoryArtifacts(
  artifacts: Map<string, MemoryArtifact>,
  aliases: Map<string, string>,
  claims: Set<string>,
): ArtifactStore {
  const of = (model: string, key: string) => `${model}/${key}`
  const lives = (artifact: NewArtifact) => artifact.expiresIn > 0
  const byAlias = (model: string, alias: string) => {
    const id = aliases.get(of(model, alias)) ?? ''
    return artifacts.get(id)?.alias === alias ? id : ''
  }
  const write = (id: string, artifact: MemoryArtifact) =>
    lives(artifact) ? artifacts.set(id, artifact) : artifacts.delete(id)

  return {
    async put(model, key, artifact) {
      const id = of(model, key)
      if (artifact.alias) aliases.set(of(model, artifact.alias), id)
      write(id, { ...artifact, consumed: artifacts.get(id)?.consumed ?? false })
    },
    async replace(model, key, { payload, expiresIn, account }, former) {
      const id = of(model, key)
      const { consumed, alias, payload: present } = artifacts.get(id) ?? {}
      if (consumed === undefined) return 'gone'
      if (former !== undefined && JSON.stringify(former) !== JSON.stringify(present)) return 'changed'
      write(id, { payload, expiresIn, consumed, ...(alias && { alias }), ...(account && { account }) })
      return 'replaced'
    },
    get: async (model, key) => shownArtifact(artifacts.get(of(model, key))),
    getByAlias: async (model, alias) => shownArtifact(artifacts.get(byAlias(model, alias))),
    async consume(model, key) {
      const artifact = artifacts.get(of(model, key))
      if (artifact === undefined || artifact.consumed) return false
      artifact.consumed = true
      return true
    },
    destroy: async (model, key) => void artifacts.delete(of(model, key)),
    destroyByAlias: async (model, alias) => void artifacts.delete(byAlias(model, alias)),
    async claim(model, key) {
      const free = !claims.has(of(model, key))
      claims.add(of(model, key))
      return free
    },
    async destroyAllOf(model, account) {
      const doomed = [...artifacts].filter(
        ([id, artifact]) => id.startsWith(`${model}/`) && artifact.account === account,
      )
      for (const [id] of doomed) artifacts.delete(id)
      return doomed.length
    },
  }
}

const shownArtifact = (artifact: MemoryArtifact | undefined): Artifact | undefined =>
  artifact && {
    payload: artifact.payload,
    expiresIn: artifact.expiresIn,
    ...(artifact.consumed && { consumedFor: 0 }),
  }
