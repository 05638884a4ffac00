import type { Command } from 'commander'
import { reportOf } from '../../../custodian.js'
import { readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { CUSTODIAN_FOLDER, does, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian status`: read from the folder, also while the custodian serves. */
export function custodianStatusCommand(): Command {
  const command = newCommand(
    'status',
    'Say what the custodian knows, has released and refused, and what waits for its controller.',
    { example: 'custodian status', json: '{ custodian, hub, report }' },
    CUSTODIAN_FOLDER,
  )
  return does(
    command,
    async ({ dir, out }) => {
      const { keys, store } = await readCustodianFolder(dir)
      const report = await reportOf(store)
      out.result({ custodian: keys.id, hub: Buffer.from(keys.hub.id).toString('hex'), ...report }, [
        `${keys.id}, roster version ${report.rosterVersion}`,
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}
