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
  StoredEvent,
} from '../contract.ts'

interface MemoryGrant {
  born: NewGrant
  redeemed: boolean
  family?: Family
  tokens: Map<string, NewToken>
}

type MemoryArtifact = NewArtifact & { consumed: boolean }

/** `kept`: the ids of the events whose changes were made. */
export function memoryModel(): Pick<StateStore, 'run' | 'grants' | 'artifacts'> & { kept: Set<string> } {
  const kept = new Set<string>()
  const keep: Keep = (event) => void (event && kept.add(event.id))
  return {
    kept,
    run: async () => 0,
    grants: memoryGrants(new Map(), keep),
    artifacts: memoryArtifacts(new Map(), new Map(), new Set(), keep),
  }
}

type Keep = (event: StoredEvent | undefined) => void

const memoryGrants = (grants: Map<string, MemoryGrant>, keep: Keep): GrantStore => ({
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
  async redeem(key, { codeKey, grantExpiresIn, family, token, notAfter, event }) {
    const grant = grants.get(key)
    if (notAfter === 0) return 'unheard'
    if (grant?.born.code.key !== codeKey) return 'gone'
    if (grant.redeemed) return 'consumed'
    grant.redeemed = true
    keep(event)
    if (family && family.endsIn > 0) grant.family = { number: 0, uses: [], ...family }
    if (token) putToken(grant, token)
    if (grantExpiresIn <= 0) grants.delete(key)
    return 'redeemed'
  },
  async rotate(
    key,
    { expected, becomes, use, keep: before, currentExpiresIn, token, notAfter, event, noticed },
  ) {
    const grant = grants.get(key)
    if (notAfter === 0) return { status: 'unheard' }
    if (grant?.family === undefined) return { status: 'gone' }
    const { family } = grant
    if (family.number !== expected || family.currentExpiresIn <= 0)
      return { status: 'changed', grant: shown(grant) }
    grant.family =
      becomes === expected
        ? { ...family, uses: before }
        : {
            ...family,
            number: becomes,
            uses: [{ number: becomes - 1, at: 0, ...use }, ...before],
            currentExpiresIn,
          }
    if (token) putToken(grant, token)
    keep(event)
    if (noticed) keep(noticed)
    return { status: 'rotated' }
  },
  async dropToken(key, tokenKey, event) {
    if (grants.get(key)?.tokens.delete(tokenKey)) keep(event)
  },
  async revoke(key, event) {
    const ended = grants.delete(key)
    if (ended) keep(event)
    return ended
  },
  async revokeUntil(key, event, notAfter) {
    if (notAfter === 0) return 'unheard'
    const ended = grants.delete(key)
    if (ended) keep(event)
    return ended ? 'revoked' : 'gone'
  },
  async revokeEach(keys, event) {
    const ended = keys.filter((key) => grants.delete(key)).length
    if (ended > 0) keep(event)
    return ended
  },
  async *list(index: GrantIndex, value) {
    yield [...grants]
      .filter(([, { born }]) => value !== '' && born[index] === value)
      .map(([key, grant]) => ({ ...shown(grant), key }))
  },
})

const putToken = ({ tokens }: MemoryGrant, token: NewToken): unknown =>
  token.expiresIn > 0 ? tokens.set(token.key, token) : tokens.delete(token.key)

function shown({ born, redeemed, family }: MemoryGrant): Grant {
  const { content, code, ...owner } = born
  const shownCode = { ...code, ...(redeemed && { consumedFor: 0 }) }
  return {
    readAt: 0,
    run: 0,
    bornIn: 0,
    writtenIn: 0,
    ...owner,
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
  keep: Keep,
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
    async put(model, key, artifact, event) {
      const id = of(model, key)
      keep(event)
      if (artifact.alias) aliases.set(of(model, artifact.alias), id)
      write(id, { ...artifact, consumed: artifacts.get(id)?.consumed ?? false })
    },
    async create(model, key, artifact) {
      const id = of(model, key)
      if (artifacts.has(id)) return false
      write(id, { ...artifact, consumed: false })
      return true
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
    async destroy(model, key, event) {
      if (artifacts.delete(of(model, key))) keep(event)
    },
    async destroyByAlias(model, names, event) {
      const doomed = names.filter((alias) => artifacts.delete(byAlias(model, alias)))
      if (doomed.length > 0) keep(event)
      return doomed.length
    },
    async claim(model, key) {
      const claim = claims.has(of(model, key)) ? 'again' : 'first'
      claims.add(of(model, key))
      return claim
    },
    async destroyAllOf(model, account, event) {
      const doomed = [...artifacts].filter(
        ([id, artifact]) => id.startsWith(`${model}/`) && artifact.account === account,
      )
      for (const [id] of doomed) artifacts.delete(id)
      if (doomed.length > 0) keep(event)
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
