import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import type { Hub } from '../../hub.js'
import type { RosterChange } from '../../roster/change.js'
import type { Proposal } from '../../roster/history.js'
import type { Party } from '../../roster/roster.js'
import { parseChanges } from '../../roster/shapes.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { when } from '../output.js'

/** `roster`: who may do what now, and what waits. */
export function rosterCommand(): Command {
  const command = newCommand('roster', 'Say who may do what in this hub, and which change of it waits.', {
    example: 'roster',
    json: '{ version, keyset: { id, members, quorum }, formerKeysets: [{ id, members, quorum, records }], parties: [{ party, id, suspended, key }], proposed?: { at, activatableAt, changes } }',
  })
  return does(command, (context) =>
    withHub(context, async (hub) => {
      const { version, keyset, formerKeysets, parties, activationDelayMs } = hub.roster()
      const counts = new Map((await hub.formerKeysetRecords()).map((each) => [each.keyset, each.records]))
      const former = formerKeysets.map((each) => ({ ...each, records: counts.get(each.id) ?? 0 }))
      const listed = [...parties.values()].map(shown)
      const { proposed } = hub.rosters()
      const waits = proposed === undefined ? {} : { proposed: waiting(proposed, activationDelayMs) }
      context.out.result({ version, keyset, formerKeysets: former, parties: listed, ...waits }, [
        `Version ${version}`,
        `${keyset.id}: ${keyset.quorum} of ${keyset.members.join(', ')} open`,
        ...former.map(({ id, records }) => `${id} (former): ${records} records to be sealed anew`),
        ...listed.map(({ party, id, suspended }) => `${party} ${id}${suspended ? ', suspended' : ''}`),
        ...(proposed === undefined ? [] : toldProposal(waiting(proposed, activationDelayMs))),
      ])
      return DONE
    }),
  )
}

/** `activate`: what was proposed, once its delay has passed. */
export function activateCommand(): Command {
  const command = newCommand('activate', 'Put the proposed change of the roster in force, once it has waited.', {
    example: 'activate',
    json: '{ rosterVersion }',
  })
  return does(command, (context) =>
    withHub(context, async (hub: Hub) => {
      await hub.activate()
      const { rosterVersion } = hub.status()
      context.out.result({ rosterVersion }, [`In force: roster version ${rosterVersion}`])
      return DONE
    }),
  )
}

function shown({ party, id, suspended, keys }: Party) {
  return { party, id, suspended, key: toHex(keys.signing) }
}

function waiting({ at, body }: Proposal, delayMs: number) {
  return { at, activatableAt: at + delayMs, changes: parseChanges(body).map(inWords) }
}

function toldProposal({ activatableAt, changes }: ReturnType<typeof waiting>): readonly string[] {
  return [`Proposed, for ${when(activatableAt)} or later:`, ...changes.map((each) => `  ${each}`)]
}

function inWords(step: RosterChange): string {
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
      return `approve policy ${step.policy.hash} from ${when(step.policy.from)}`
    case 'rotate-epoch':
      return `epoch ${step.epoch}`
  }
}
