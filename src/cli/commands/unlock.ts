import type { Command } from 'commander'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'

/** `unlock`: carries what its peers remember to a custodian that was restored from a backup. */
export function unlockCommand(): Command {
  const command = newCommand(
    'unlock',
    'Have a custodian that was restored from a backup told by its peers what it may have forgotten.',
    {
      example: 'unlock custodian-1',
      json: '{ custodian, outcome: unlocked | not-locked, peers: [id], missing: [id] }',
    },
  ).argument('<custodian>', 'its id on the roster')
  return does(command, async (context, _flags, custodian = '') =>
    withHub(context, async (hub) => {
      const unlocking = await hub.unlock(custodian)
      const { outcome, peers, missing } = unlocking
      context.out.result({ custodian, ...unlocking }, [
        outcome === 'unlocked'
          ? `${custodian} works again; told by ${peers.join(', ')}`
          : `${custodian} is not locked: nothing was done`,
        ...(missing.length === 0 ? [] : [`Not told by ${missing.join(', ')}`]),
      ])
      return DONE
    }),
  )
}
