import { Command } from 'commander'
import { IndexError } from '../errors.js'
import type { ExitCode } from './failure.js'
import { type Output, outputTo } from './output.js'

/** What every command is given. */
export interface Context {
  /** The hub's folder. */
  readonly dir: string
  readonly out: Output
  /** Aborted by the first interrupt; a second one ends the process. */
  readonly signal: AbortSignal
}

export interface Help {
  readonly example: string
  /** What `--json` writes. */
  readonly json: string
}

/** Whose folder a command works in, and where that is unless `--dir` says otherwise. */
export interface Folder {
  readonly of: 'hub' | 'custodian'
  readonly variable: string
  readonly path: string
}

const HUB_FOLDER: Folder = { of: 'hub', variable: 'CHILD_INDEX_DIR', path: './child-index' }
export const CUSTODIAN_FOLDER: Folder = {
  of: 'custodian',
  variable: 'CHILD_INDEX_CUSTODIAN_DIR',
  path: './custodian',
}

/** A command with the options that all commands have. */
export function newCommand(name: string, description: string, help: Help, folder: Folder = HUB_FOLDER): Command {
  return new Command(name)
    .description(description)
    .option('--dir <dir>', `folder of the ${folder.of}; also ${folder.variable} (default: ${folder.path})`)
    .option('--json', 'write JSON to standard output')
    .addHelpText('after', `\nWith --json: ${help.json}\n\nExample:\n  $ child-index ${help.example}`)
}

interface CommonOptions {
  readonly dir?: string
  readonly json?: boolean
}

/** What a command does: its arguments and options in, its exit code out. */
export type Work<Options> = (context: Context, options: Options, ...args: readonly string[]) => Promise<ExitCode>

/** Wires work to a command. */
export function does<Options>(command: Command, work: Work<Options>, folder: Folder = HUB_FOLDER): Command {
  return command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -2).flat() as string[]
    const options = optionsOf(command)
    const dir = options.dir ?? process.env[folder.variable] ?? folder.path
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    try {
      const context = { dir, out: outputTo(process.stdout, options.json === true), signal: controller.signal }
      process.exitCode = await work(context, options as Options & CommonOptions, ...args)
    } finally {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
  })
}

/** Resolves once a command that serves is told to end. */
export function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** A command's own options over those that stand before its name. */
function optionsOf(command: Command): CommonOptions {
  const before: CommonOptions = command.parent === null ? {} : optionsOf(command.parent)
  return { ...before, ...command.opts<CommonOptions>() }
}

/** A word of a closed list. The refusal names the words that there are, not the one that was given. */
export function oneOf<Word extends string>(words: readonly Word[], given: string, field: string): Word {
  const word = words.find((each) => each === given)
  if (word === undefined) {
    throw new IndexError('ERR_REQUEST_INVALID', `must be one of ${words.join(', ')}`, { field })
  }
  return word
}

/** A case, referral or enquiry by its number. */
export function numberOf(given: string, field: string): number {
  const number = /^[1-9]\d{0,14}$/.test(given) ? Number(given) : Number.NaN
  if (Number.isNaN(number)) throw new IndexError('ERR_REQUEST_INVALID', 'must be a whole number from 1 on', { field })
  return number
}
