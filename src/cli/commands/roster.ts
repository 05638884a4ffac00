import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import type { Hub } from '../../hub.js'
import { when } from '../../page/words.js'
import { inBrief } from '../../roster/brief.js'
import type { Proposal } from '../../roster/history.js'
import type { Party } from '../../roster/roster.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'

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
  return { at, activatableAt: at + delayMs, changes: inBrief(body) }
}

function toldProposal({ activatableAt, changes }: ReturnType<typeof waiting>): readonly string[] {
  return [`Proposed, for ${when(activatableAt)} or later:`, ...changes.map((each) => `  ${each}`)]
}
