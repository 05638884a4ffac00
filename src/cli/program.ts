import { Command, CommanderError } from 'commander'
import { IndexError } from '../errors.js'
import { accountCommands } from './commands/accounts.js'
import { alertCommands } from './commands/alerts.js'
import { backFillCommand } from './commands/back-fill.js'
import { benchCommand } from './commands/bench.js'
import { casesCommands } from './commands/cases.js'
import { checkCommands } from './commands/check.js'
import { conferenceCommand } from './commands/conference.js'
import { consentCommands } from './commands/consents.js'
import { correctionCommands } from './commands/corrections.js'
import { custodianCommand } from './commands/custodian.js'
import { deadlineCommands } from './commands/deadlines.js'
import { determineCommands } from './commands/determine.js'
import { duplicateCommands } from './commands/duplicates.js'
import { enquiryCommands } from './commands/enquiries.js'
import { enrolCommand } from './commands/enrol.js'
import { eraseCommand } from './commands/erase.js'
import { compareHeadsCommand, exportCommand, proveCommand } from './commands/export.js'
import { figuresCommand } from './commands/figures.js'
import { foundCommand } from './commands/found.js'
import { initCommand } from './commands/init.js'
import { keysetCommand } from './commands/keyset.js'
import { lookupKeyCommands } from './commands/lookup-keys.js'
import { openingCommands } from './commands/openings.js'
import { policyCommand } from './commands/policy.js'
import { referralCommands } from './commands/referrals.js'
import { registerCommand } from './commands/register.js'
import { rewrapCommand } from './commands/rewrap.js'
import { activateCommand, rosterCommand } from './commands/roster.js'
import { rotateEpochCommand } from './commands/rotate-epoch.js'
import { rotateKeyCommand } from './commands/rotate-key.js'
import { standingCommands } from './commands/standing.js'
import { statusCommand } from './commands/status.js'
import { unlockCommand } from './commands/unlock.js'
import { verifyCommand } from './commands/verify.js'
import { witnessCommand } from './commands/witness.js'
import { demoCommand } from './demo.js'
import { COULD_NOT, codedFailure, DONE, reportFailure } from './failure.js'

/** Runs one command line; resolves to the exit code: 0 done, 1 something was rejected, 2 could not run. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await programOf().parseAsync([...args], { from: 'user' })
    return Number(process.exitCode ?? DONE)
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return DONE
      if (error.code === 'commander.help') return COULD_NOT
    }
    const failure = error instanceof CommanderError ? usageFailure(error) : codedFailure(error)
    reportFailure(failure, args.includes('--json'))
    return COULD_NOT
  }
}

function programOf(): Command {
  const program = new Command('child-index')
    .description('A privacy-preserving index of children: checks by identifier only, details behind a threshold.')
    .usage('[command] [options]')
    .option('--dir <dir>', 'folder of the hub; also CHILD_INDEX_DIR (default: ./child-index)')
    .option('--json', 'write JSON to standard output')
    .enablePositionalOptions()
    .addHelpText('after', AFTER_HELP)
  for (const [heading, commands] of groups()) {
    program.commandsGroup(heading)
    for (const command of commands) program.addCommand(command)
  }
  withoutEcho(program)
  return program
}

/** Every command, under the heading by which the help lists it. */
function groups(): readonly (readonly [heading: string, commands: readonly Command[]])[] {
  return [
    [
      'Founding a hub, and who may do what:',
      [initCommand(), foundCommand(), enrolCommand(), ...standingCommands(), rosterCommand(), activateCommand()],
    ],
    ['Children and checks:', [registerCommand(), ...checkCommands(), backFillCommand(), conferenceCommand()]],
    ['Cases:', [...casesCommands(), ...determineCommands(), ...consentCommands(), ...openingCommands()]],
    ['Referrals and deadlines:', [...referralCommands(), ...deadlineCommands()]],
    ['Children of whom there is no record, or more than one:', [...enquiryCommands(), ...duplicateCommands()]],
    ['Families who ask:', [...accountCommands(), ...correctionCommands(), eraseCommand()]],
    ['What is noticed, counted and decided by:', [...alertCommands(), figuresCommand(), policyCommand()]],
    [
      'Keys and custodians:',
      [
        custodianCommand(),
        keysetCommand(),
        rotateKeyCommand(),
        rotateEpochCommand(),
        ...lookupKeyCommands(),
        rewrapCommand(),
        unlockCommand(),
      ],
    ],
    [
      'Proofs:',
      [statusCommand(), verifyCommand(), exportCommand(), proveCommand(), compareHeadsCommand(), witnessCommand()],
    ],
    ['To look around and to measure:', [demoCommand(), benchCommand()]],
  ]
}

const AFTER_HELP = `
Exit codes: 0 done, 1 something was rejected, 2 could not run.
A check is not a referral: whoever is worried about a child now refers now.

Example:
  $ child-index init --name Anytown
  $ child-index enrol sealer births --key births.key.json
  $ child-index register children.csv --sealer births.key.json`

/** The parser's own complaints repeat what was typed; ours do not. */
function withoutEcho(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined })
  for (const child of command.commands) withoutEcho(child)
}

const USAGE: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'there is no such command: see child-index --help',
  'commander.unknownOption': 'the command has no such option: see its --help',
  'commander.excessArguments': 'the command takes fewer arguments: see its --help',
  'commander.missingArgument': 'an argument is missing: see the command’s --help',
  'commander.missingMandatoryOptionValue': 'an option that is needed is missing: see the command’s --help',
  'commander.optionMissingArgument': 'an option lacks its value: see the command’s --help',
}
const NAMES_OURS = /^commander\.(missing|optionMissing)/

function usageFailure({ code, message }: CommanderError): IndexError {
  // In these messages the quoted name is that of our own argument or option.
  const field = NAMES_OURS.test(code) ? /'(?:-\w, )?([^' ]+)[^']*'/.exec(message)?.[1] : undefined
  const text = USAGE[code] ?? 'the command line cannot be read: see --help'
  return new IndexError('ERR_REQUEST_INVALID', text, { field })
}
