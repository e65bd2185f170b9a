import { receiverUriProblem } from '../../clients/receiver-uri.ts'
import { type OutboundRules, outboundUrlProblem } from '../../security/outbound-url.ts'

const LONGEST = 2000

/** Why events can't be sent there, to go on after the field's name; what a host's name leads to is looked at each time. */
export function webhookUrlProblem(text: string, rules: OutboundRules): string | undefined {
  if (text.length > LONGEST) return `must have ${LONGEST} characters at most`
  return receiverUriProblem(text) ?? outboundUrlProblem(new URL(text), rules)
}
