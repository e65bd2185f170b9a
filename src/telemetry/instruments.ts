/** What metrics are counted by, each there from the start. */
import { Counter, Gauge, type Registry } from 'prom-client'

/** With 0 for every combination of its labels’ values, which come in their order. */
export function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labels: { readonly [L in Label]: readonly string[] },
): (...values: string[]) => void {
  const labelNames = Object.keys(labels) as Label[]
  const made = new Counter({ name, help, labelNames, registers: [registry] })
  const combine = (sets: readonly (readonly string[])[]): string[][] =>
    sets.reduce<string[][]>((done, set) => done.flatMap((head) => set.map((value) => [...head, value])), [[]])
  for (const values of combine(Object.values(labels))) made.labels(...values).inc(0)
  return (...values) => made.labels(...values).inc()
}

/** Gauges that are read when somebody asks. While the database is away the last numbers stay. */
export function gaugesOf<Depth>(
  registry: Registry,
  nothing: Depth,
  gauges: readonly {
    name: string
    help: string
    /** By the values of the label `state`; without one, the empty text. */
    values: (depth: Depth) => Readonly<Record<string, number>>
  }[],
): (read: () => Promise<Depth>) => void {
  let read = async (): Promise<Depth> => nothing
  let asked: Promise<Depth> | undefined
  /** Once for all of them that are asked together. */
  const readOnce = (): Promise<Depth> => {
    asked ??= read().finally(() => {
      asked = undefined
    })
    return asked
  }
  for (const { name, help, values } of gauges) {
    const labelNames = Object.keys(values(nothing)).includes('') ? [] : ['state']
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const depth = await readOnce().catch(() => undefined)
        for (const [state, value] of Object.entries(values(depth ?? nothing))) {
          const labels = labelNames.length === 0 ? {} : { state }
          if (depth === undefined) this.inc(labels, 0)
          else this.set(labels, value)
        }
      },
    })
  }
  return (how) => {
    read = how
  }
}
