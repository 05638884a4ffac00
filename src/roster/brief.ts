import type { RosterChange } from './change.js'
import { parseChanges } from './shapes.js'

/** The steps of a change by kind and id, a line each. */
export function inBrief(body: Uint8Array): readonly string[] {
  return parseChanges(body).map(stepInBrief)
}

function stepInBrief(step: RosterChange): string {
  switch (step.kind) {
    case 'enrol':
      return `enrol ${step.enrolment.party.party} ${step.enrolment.party.id}`
    case 'replace': {
      const word = step.endorsement === undefined ? ', without the word of a former key' : ''
      return `replace ${step.enrolment.party.party} ${step.enrolment.party.id}${word}`
    }
    case 'suspend':
    case 'reinstate':
      return `${step.kind} ${step.id}`
    case 'keyset':
      return `keyset ${step.keyset.id}: ${step.keyset.quorum} of ${step.keyset.members.join(', ')}`
    case 'witnesses':
      return `witnesses: ${step.witnesses.length === 0 ? 'none' : step.witnesses.map(({ name }) => name).join(', ')}`
    case 'approve-policy':
      return `approve policy ${step.policy.hash} from ${new Date(step.policy.from).toISOString()}`
    case 'rotate-epoch':
      return `epoch ${step.epoch}`
  }
}
