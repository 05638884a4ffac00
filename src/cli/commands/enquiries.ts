import { Command } from 'commander'
import { ENQUIRY_OUTCOMES } from '../../case/enquiry.js'
import type { PublicEnquiry } from '../../hub/lists.js'
import { when } from '../../page/words.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { columns } from '../output.js'

const ENQUIRY_STATUSES = ['open', 'ended'] as const

export function enquiryCommands(): readonly Command[] {
  const enquiry = new Command('enquiry')
    .description('Work on one enquiry.')
    .addCommand(endCommand())
    .addHelpText('after', '\nExample:\n  $ child-index enquiry end 3 --officer officer.key.json --outcome visitor')
  return [enquiriesCommand(), enquiry]
}

function enquiriesCommand(): Command {
  const command = newCommand('enquiries', 'List the enquiries about children of whom there is no record.', {
    example: 'enquiries --status open',
    json: 'one line each (NDJSON): { number, agency, reference, owner, status, openedAt, dueAt, checks, outcome?, endedAt? }',
  }).option('--status <status>', ENQUIRY_STATUSES.join(', '))
  return does<{ status?: string }>(command, (context, options) => {
    const filter = options.status === undefined ? {} : { status: oneOf(ENQUIRY_STATUSES, options.status, '--status') }
    return withHub(context, async (hub) => {
      await hub.caughtUp({ signal: context.signal })
      for await (const each of hub.enquiries(filter)) context.out.item(each, enquiryLine(each))
      return DONE
    })
  })
}

function enquiryLine({ number, status, owner, agency, reference, dueAt, checks, outcome }: PublicEnquiry): string {
  const end = outcome === undefined ? `due ${when(dueAt)}` : outcome
  const cells = [
    [`enquiry ${number}`, 14],
    [status, 6],
    [owner, 11],
    [`${checks} checks`, 10],
    [end, 26],
  ] as const
  return `${columns(...cells)}  ${agency} ${reference}`
}

function endCommand(): Command {
  const command = newCommand('end', 'Say how an enquiry ended.', {
    example: 'enquiry end 2 --officer officer.key.json --outcome lives-in-another-authority',
    json: '{ ended: enquiry, outcome }',
  })
    .argument('<enquiry>', 'number of the enquiry')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--outcome <outcome>', ENQUIRY_OUTCOMES.join(', '))
  return does<{ officer: string; outcome: string }>(command, (context, options, number = '') => {
    const enquiry = numberOf(number, 'enquiry')
    const outcome = oneOf(ENQUIRY_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.endEnquiry(enquiry, outcome, { signal: context.signal })
      context.out.result({ ended: enquiry, outcome }, [`Enquiry ${enquiry} has ended: ${outcome}`])
      return DONE
    })
  })
}
