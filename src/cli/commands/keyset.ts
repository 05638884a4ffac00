import type { Command } from 'commander'
import { does, newCommand, numberOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { SUPERSEDE, toldOutcome } from '../outcome.js'

interface Flags {
  readonly members: string
  readonly quorum: string
  readonly supersede?: boolean
}

/** `keyset`: who holds the shares of what is sealed from now on. */
export function keysetCommand(): Command {
  const command = newCommand(
    'keyset',
    'Seal from now on for these custodians of the roster, any so many of whom open.',
    {
      example: 'keyset --members custodian-1,custodian-2,custodian-3 --quorum 3',
      json: '{ keyset: { id, members, quorum } of the roster in force, outcome: in-force | proposed, rosterVersion }',
    },
  )
    .requiredOption('--members <ids>', 'custodians on the roster, with commas between')
    .requiredOption('--quorum <n>', 'how many of them open: more than half')
    .option('--supersede', SUPERSEDE)
  return does<Flags>(command, (context, { members, quorum, supersede }) =>
    withHub(context, async (hub) => {
      const wanted = { members: members.split(','), quorum: numberOf(quorum, '--quorum'), supersede }
      const outcome = await hub.makeKeyset(wanted)
      const { rosterVersion } = hub.status()
      const { keyset } = hub.roster()
      context.out.result({ keyset, outcome, rosterVersion }, [
        toldOutcome(hub, `Made ${keyset.id}`, outcome),
        'Once it is in force, run the feed again: until then, children that are registered open as before.',
      ])
      return DONE
    }),
  )
}
