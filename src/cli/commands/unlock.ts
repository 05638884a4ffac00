import type { Command } from 'commander'
import { unlockWithoutPeers } from '../../custodian.js'
import { exists, fileCustodianStore, hubFolder } from '../../embedded/files.js'
import { IndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import { systemClock } from '../../system.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
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
  )
    .argument('<custodian>', 'its id on the roster')
    .option('--without-peers', 'where its peers were restored too: for custodians in the hub’s own folder')
  return does<{ withoutPeers?: boolean }>(command, async (context, { withoutPeers = false }, custodian = '') =>
    withHub(context, async (hub) => {
      if (withoutPeers) return unlockHere(context, hub, custodian)
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

/** Custodians that share the hub's folder are restored with one another: there may be no peer that remembers more. */
async function unlockHere({ dir, out }: Context, hub: Hub, custodian: string): Promise<ExitCode> {
  const log = hubFolder(dir).custodianLog(custodian)
  const isHere = hub.roster().parties.get(custodian)?.party === 'custodian' && (await exists(log))
  if (!isHere)
    throw new IndexError('ERR_PARTY_UNKNOWN', 'no custodian of this id is in the hub’s folder', { field: 'custodian' })
  const wasLocked = await unlockWithoutPeers(fileCustodianStore(log), systemClock())
  out.result({ custodian, outcome: wasLocked ? 'unlocked' : 'not-locked', peers: [], missing: [] }, [
    wasLocked
      ? `${custodian} works again; what it and its peers forgot is lost`
      : `${custodian} is not locked: nothing was done`,
  ])
  return DONE
}
