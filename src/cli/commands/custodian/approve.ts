import type { Command } from 'commander'
import { approve } from '../../../custodian.js'
import { readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { systemClock } from '../../../system.js'
import { CUSTODIAN_FOLDER, does, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian approve`: the controller's word, written into the folder, also while the custodian serves. */
export function custodianApproveCommand(): Command {
  const command = newCommand(
    'approve',
    'Let a roster version that waits be signed for, or a policy of the roster decide.',
    { example: `custodian approve ${'3f'.repeat(32)}`, json: '{ custodian, approved: hash, changes: [text] }' },
    CUSTODIAN_FOLDER,
  ).argument('<hash>', 'as status shows it')
  return does(
    command,
    async ({ dir, out }, _flags, hash = '') => {
      const { keys, store } = await readCustodianFolder(dir)
      const changes = await approve(store, hash, systemClock())
      out.result({ custodian: keys.id, approved: hash, changes }, ['Approved:', ...changes.map((line) => `  ${line}`)])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}
