import { Command } from 'commander'
import { IndexError } from '../../errors.js'
import { when } from '../../page/words.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom } from '../keys.js'

/** `conference`: an alias that agencies can read aloud to each other about one child. */
export function conferenceCommand(): Command {
  return new Command('conference')
    .description('Speak of one child with other agencies, under an alias that is good for some hours.')
    .addCommand(openCommand())
    .addCommand(joinCommand())
    .addHelpText(
      'after',
      '\nExample:\n  $ child-index conference join 7ZK-0M2-QRX --agency school.key.json --practitioner head',
    )
}

interface OpenFlags {
  readonly agency: string
  readonly with: string
  readonly hours?: string
  readonly practitioner: string
}

function openCommand(): Command {
  const command = newCommand('open', 'Open a conference about a child, and get the alias to read aloud.', {
    example: 'conference open 7ZK-0M2-… --with hill-school --agency police.key.json --practitioner "PC 42"',
    json: '{ alias, expiresAt }',
  })
    .argument('<childId>', 'the agency’s own id for the child')
    .requiredOption('--with <agencies>', 'ids of the agencies that may join, with commas between them')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--practitioner <name>', 'who opens it')
    .option('--hours <hours>', 'how long the alias is good for, 1 to 72 (default: 24)')
  return does<OpenFlags>(command, (context, options, agencyChildId = '') =>
    withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      const { alias, expiresAt } = await agency.openConference(
        {
          agencyChildId,
          with: options.with.split(',').map((id) => id.trim()),
          practitioner: options.practitioner,
          ...(options.hours === undefined ? {} : { hours: hoursOf(options.hours) }),
        },
        { signal: context.signal },
      )
      context.out.result({ alias, expiresAt }, [`Alias ${alias}`, `Good until ${when(expiresAt)}`])
      return DONE
    }),
  )
}

function joinCommand(): Command {
  const command = newCommand('join', 'Turn the alias of a conference into the agency’s own id for the child.', {
    example: 'conference join 7ZK-0M2-QRX --agency school.key.json --practitioner head',
    json: '{ agencyChildId }',
  })
    .argument('<alias>', 'as it was heard: upper or lower case, with or without hyphens')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--practitioner <name>', 'who joins')
  return does<{ agency: string; practitioner: string }>(command, (context, options, alias = '') =>
    withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      const { agencyChildId } = await agency.joinConference(alias, options.practitioner, { signal: context.signal })
      context.out.result({ agencyChildId }, [agencyChildId])
      return DONE
    }),
  )
}

function hoursOf(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw new IndexError('ERR_REQUEST_INVALID', 'must be a whole number of hours, at most 72', { field: '--hours' })
}
