import type { Command } from 'commander'
import { lockRestored, reportOf, unlockWithoutPeers } from '../../../custodian.js'
import { readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { systemClock, systemRandom } from '../../../system.js'
import { CUSTODIAN_FOLDER, does, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian restore`: said by whoever brought the folder back from a backup, before it serves again. */
export function custodianRestoreCommand(): Command {
  const command = newCommand(
    'restore',
    'Lock a custodian whose folder came back from a backup, until its peers have told it what it may have forgotten.',
    { example: 'custodian restore', json: '{ custodian, lockedAt? }' },
    CUSTODIAN_FOLDER,
  ).option('--without-peers', 'end the lock instead: where too few peers are left that have not forgotten as much')
  return does<{ withoutPeers?: boolean }>(
    command,
    async ({ dir, out }, { withoutPeers = false }) => {
      const { keys, store } = await readCustodianFolder(dir)
      if (withoutPeers) {
        await unlockWithoutPeers(store, systemClock())
        out.result({ custodian: keys.id }, [`${keys.id} works again; what it and its peers forgot is lost.`])
        return DONE
      }
      // A lock that waits already keeps its challenge: peers may be answering it.
      if ((await reportOf(store)).lockedAt === undefined) await lockRestored(store, systemClock(), systemRandom)
      const { lockedAt } = await reportOf(store)
      out.result({ custodian: keys.id, lockedAt }, [
        `${keys.id} is locked: it releases, cosigns and signs nothing.`,
        `Let it serve, and ask the hub’s operator for: child-index unlock ${keys.id}`,
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}
