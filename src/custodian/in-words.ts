import type { RosterChange } from '../roster/change.js'
import type { Enrolment } from '../roster/enrolment.js'
import { opens, type Roster } from '../roster/roster.js'
import { parseChanges } from '../roster/shapes.js'

/** What a change of the roster would do, a line for each step, for whoever has to approve of it. */
export function changesInWords(roster: Roster, body: Uint8Array): readonly string[] {
  return parseChanges(body).map((step) => inWords(roster, step))
}

function inWords(roster: Roster, step: RosterChange): string {
  switch (step.kind) {
    case 'enrol':
      return `enrols ${partyInWords(step.enrolment)}`
    case 'replace': {
      const { endorsement, enrolment } = step
      const whose = endorsement === undefined ? 'without a word of the key before' : 'endorsed by the key before'
      return `replaces ${partyInWords(enrolment)}; ${whose}`
    }
    case 'suspend':
      return `suspends ${roster.parties.get(step.id)?.party ?? 'a party'} ${step.id}`
    case 'reinstate':
      return `reinstates ${roster.parties.get(step.id)?.party ?? 'a party'} ${step.id}`
    case 'keyset': {
      const { id, quorum, members } = step.keyset
      return `seals from now on for keyset ${id}: ${quorum} of ${members.join(', ')}`
    }
    case 'witnesses':
      return `names as witnesses ${step.witnesses.map(({ name }) => name).join(', ') || 'the custodians'}`
    case 'approve-policy':
      return `lets policy ${step.policy.hash} decide from ${timeOf(step.policy.from)}`
    case 'rotate-epoch':
      return `begins identifier epoch ${step.epoch}; the one before takes checks until ${timeOf(step.formerUntil)}`
  }
}

function partyInWords({ party }: Enrolment): string {
  switch (party.party) {
    case 'agency':
      return `agency ${party.id} (${party.agencyKind}): its checks will count`
    case 'officer':
      return `officer ${party.id} (${party.person}; ${party.roles.join(', ')}): ${opens(party) ? 'they may open what the policy allows' : 'they open nothing'}`
    case 'sealer':
      return `sealer ${party.id}: it may register children`
    case 'custodian':
      return `custodian ${party.id}, held by ${party.controller}`
  }
}

function timeOf(instant: number): string {
  return new Date(instant).toISOString()
}
