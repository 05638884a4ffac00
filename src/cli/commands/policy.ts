import { Command } from 'commander'
import { analyseCommand } from '../policy/analyse.js'
import { diffCommand } from '../policy/diff.js'
import { explainCommand } from '../policy/explain.js'
import { newPolicyCommand } from '../policy/new.js'
import { replayCommand } from '../policy/replay.js'
import { testCommand } from '../policy/test.js'
import { validateCommand } from '../policy/validate.js'
import { adoptPolicyCommand } from './adopt-policy.js'

export function policyCommand(): Command {
  return new Command('policy')
    .description('Write, read, test and compare policies: what the codes of a check mean, and when a level is reached.')
    .addCommand(newPolicyCommand())
    .addCommand(validateCommand())
    .addCommand(explainCommand())
    .addCommand(testCommand())
    .addCommand(analyseCommand())
    .addCommand(diffCommand())
    .addCommand(replayCommand())
    .addCommand(adoptPolicyCommand())
    .addHelpText(
      'after',
      '\nA policy is a file, or the name of one that comes with the package: england-illustrative.\n' +
        '\nExample:\n  $ child-index policy new anytown.json --id anytown\n  $ child-index policy test anytown.cases.json',
    )
}
