import { Command } from 'commander'
import { custodianApproveCommand } from './custodian/approve.js'
import { custodianInitCommand } from './custodian/init.js'
import { custodianLookupKeyCommand } from './custodian/lookup-key.js'
import { custodianRestoreCommand } from './custodian/restore.js'
import { retireRootCommand, rotateRootCommand } from './custodian/roots.js'
import { custodianServeCommand } from './custodian/serve.js'
import { custodianSignCommand } from './custodian/sign.js'
import { custodianStatusCommand } from './custodian/status.js'

export function custodianCommand(): Command {
  return new Command('custodian')
    .description('Run a custodian as a program of its own, where the hub’s operator has no say.')
    .addCommand(custodianInitCommand())
    .addCommand(custodianSignCommand())
    .addCommand(custodianLookupKeyCommand())
    .addCommand(custodianServeCommand())
    .addCommand(custodianStatusCommand())
    .addCommand(custodianApproveCommand())
    .addCommand(custodianRestoreCommand())
    .addCommand(rotateRootCommand())
    .addCommand(retireRootCommand())
    .addHelpText(
      'after',
      '\nThe folder is the custodian’s own (--dir, or CHILD_INDEX_CUSTODIAN_DIR; default: ./custodian).\n' +
        '\nExample:\n  $ child-index custodian init --hub hub.json --id custodian-1 --controller "Anytown Council, Monitoring Officer"\n' +
        '  $ child-index custodian serve',
    )
}
