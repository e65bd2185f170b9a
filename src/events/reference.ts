/** Writes the page about events from the catalogue: `node src/events/reference.ts > docs/events.md`. */
import { z } from 'zod'
import { CATALOGUE, type EventType } from '../audit/catalogue.ts'
import { commonSchema, payloadSchema } from './payload.ts'

/** Patterns are what formats say already; what is not known may come, and is to be passed over. */
const toJson = (schema: z.ZodType) =>
  z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.pattern
      delete jsonSchema.additionalProperties
    },
  })

type Schema = ReturnType<typeof toJson>

const memberOf = (schema: Schema | undefined, name: string): Schema | undefined =>
  schema?.properties?.[name] as Schema | undefined

const introduction = (): string => `# Events

What [webhooks](webhooks.md) and the [Redis stream](webhooks.md#a-redis-stream) are told: a JSON object with \`type\`,
\`timestamp\`, \`version\` and \`data\`. Within a version types, and members of \`data\` and \`details\`, may be added: pass over
what you don't know. None changes its meaning or goes. [audit.md](audit.md) tells how events are kept.

This page is made from the code (\`node src/events/reference.ts > docs/events.md\`).

## Every event
What is not known of an event is left out.

| member of \`data\` | |
| --- | --- |
${commonRows()}| \`details\` | what the type says besides |

As JSON Schema:

\`\`\`json
${JSON.stringify({ $id: 'event', ...toJson(commonSchema) }, undefined, 2)}
\`\`\`

The schema of a type is that one and what it adds.
`

function commonRows(): string {
  const members = memberOf(toJson(commonSchema), 'data')?.properties ?? {}
  const described = Object.entries(members) as [string, Schema][]
  return described.map(([name, { description }]) => `| \`${name}\` | ${description} |\n`).join('')
}

function section(type: EventType): string {
  const data = memberOf(toJson(payloadSchema(type)), 'data')
  const details = memberOf(data, 'details')
  const properties = { outcome: { const: CATALOGUE[type].outcome }, ...(details && { details }) }
  const schema = {
    $ref: 'event',
    properties: {
      type: { const: type },
      data: { properties, ...(details && { required: ['details'] }) },
    },
  }
  return `## \`${type}\`\n${sentence(CATALOGUE[type].says)}\n\n\`\`\`json\n${JSON.stringify(schema)}\n\`\`\`\n`
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`

export const eventsPage = (): string =>
  [introduction(), ...(Object.keys(CATALOGUE) as EventType[]).map(section)].join('\n')

if (import.meta.main) process.stdout.write(eventsPage())
