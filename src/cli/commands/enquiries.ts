import { Command } from 'commander'
import {
  AGENCY_ANSWERS,
  AGENCY_QUESTIONS,
  OFFICERS_OUTCOMES,
  type Questioned,
  REFERRALS_MADE,
} from '../../case/enquiry.js'
import type { AgencyEnquiry } from '../../hub/enquiries/enquiries-answer.js'
import type { EnquiryFilter, PublicEnquiry, PublicSource } from '../../hub/enquiries/enquiries-list.js'
import type { Hub } from '../../hub.js'
import type { Officer } from '../../officer.js'
import { when } from '../../page/words.js'
import { type Context, does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom, officerFrom } from '../keys.js'
import { columns } from '../output.js'

const ENQUIRY_STATUSES = ['open', 'ended'] as const

export function enquiryCommands(): readonly Command[] {
  const enquiry = new Command('enquiry').description('Work on one enquiry.')
  for (const command of [takeCommand(), assignCommand(), askCommand(), answerCommand(), endCommand()])
    enquiry.addCommand(command)
  enquiry.addHelpText('after', '\nExample:\n  $ child-index enquiry end 3 --officer officer.key.json --outcome visitor')
  return [enquiriesCommand(), enquiry]
}

interface ListOptions {
  readonly status?: string
  readonly officer?: string
  readonly agency?: string
  readonly mine?: boolean
}

function enquiriesCommand(): Command {
  const command = newCommand('enquiries', 'List the enquiries about children of whom there is no record.', {
    example: 'enquiries --status open --officer officer.key.json --mine',
    json: 'one line each (NDJSON): { number, desk, owner?, status, openedAt, dueAt, checks, earlier?, sources, questions, outcome?, referralMade?, endedAt?, endedBy? }; of an agency: { reference, since, questions }',
  })
    .option('--status <status>', ENQUIRY_STATUSES.join(', '))
    .option('--officer <keyfile>', 'as this officer: a shielding officer is shown those about shielded children too')
    .option('--mine', 'those that the officer pursues')
    .option('--agency <keyfile>', 'as this agency: the open ones on its own references, and what it is asked')
  return does<ListOptions>(command, (context, options) => {
    const filter = options.status === undefined ? {} : { status: oneOf(ENQUIRY_STATUSES, options.status, '--status') }
    return withHub(context, async (hub) => {
      if (options.agency !== undefined) await listForAgency(context, hub, options.agency)
      else await listForOfficer(context, hub, options, filter)
      return DONE
    })
  })
}

async function listForAgency(context: Context, hub: Hub, keyFile: string): Promise<void> {
  const agency = await agencyFrom(hub, keyFile)
  for await (const each of agency.enquiries({ signal: context.signal })) context.out.item(each, agencyLine(each))
}

async function listForOfficer(
  context: Context,
  hub: Hub,
  { officer: keyFile, mine = false }: ListOptions,
  filter: EnquiryFilter,
): Promise<void> {
  await hub.caughtUp({ signal: context.signal })
  const officer = keyFile === undefined ? undefined : await officerFrom(hub, keyFile)
  const all = officer === undefined ? hub.enquiries(filter) : everyEnquiry(officer, filter, context.signal)
  for await (const each of all) if (!mine || each.owner === officer?.id) context.out.item(each, enquiryLine(each))
}

async function* everyEnquiry(
  officer: Officer,
  filter: EnquiryFilter,
  signal: AbortSignal,
): AsyncGenerator<PublicEnquiry> {
  for (let after: number | undefined; ; ) {
    const page = await officer.enquiries(after === undefined ? filter : { ...filter, after }, { signal })
    yield* page
    after = page.at(-1)?.number
    if (after === undefined) return
  }
}

function enquiryLine(enquiry: PublicEnquiry): string {
  const { number, status, desk, owner, dueAt, checks, outcome, sources, questions } = enquiry
  const end = outcome === undefined ? `due ${when(dueAt)}` : outcome
  const cells = [
    [`enquiry ${number}`, 14],
    [status, 6],
    [owner ?? (desk === 'shielding' ? 'shielding' : '-'), 11],
    [`${checks} checks`, 10],
    [end, 26],
  ] as const
  const asked = questions.map(({ to, ...question }) => ` ${to}? ${questionWords(question)}`)
  return `${columns(...cells)}  ${sources.map(sourceWords).join(', ')}${asked.join('')}`
}

/** `2 st-marys A17`, or the place and no name of a service that may not be named. */
function sourceWords({ to, agency, agencyKind, reference }: PublicSource): string {
  return agency === undefined ? `${to} ${agencyKind}` : `${to} ${agency} ${reference}`
}

function agencyLine({ reference, since, questions }: AgencyEnquiry): string {
  const asked = questions.length === 0 ? 'nothing asked yet' : questions.map(questionWords).join('; ')
  return `${columns([reference, 24], [`since ${when(since)}`, 26])}  ${asked}`
}

function questionWords({ question, answer, authority }: Questioned): string {
  return `${question}: ${answer ?? 'no answer yet'}${authority === undefined ? '' : ` ${authority}`}`
}

function takeCommand(): Command {
  const command = newCommand('take', 'Take an enquiry that nobody pursues.', {
    example: 'enquiry take 2 --officer officer.key.json',
    json: '{ enquiry, owner }',
  })
    .argument('<enquiry>', 'number of the enquiry')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, given = '') => {
    const enquiry = numberOf(given, 'enquiry')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.takeEnquiry(enquiry, { signal: context.signal })
      context.out.result({ enquiry, owner: officer.id }, [`Enquiry ${enquiry} is ${officer.id}'s`])
      return DONE
    })
  })
}

function assignCommand(): Command {
  const command = newCommand('assign', 'Give an enquiry to an officer. For managers.', {
    example: 'enquiry assign 2 --to first --officer manager.key.json',
    json: '{ enquiry, owner }',
  })
    .argument('<enquiry>', 'number of the enquiry')
    .requiredOption('--officer <keyfile>', 'key file of the manager')
    .requiredOption('--to <officer>', 'id of the officer who is to pursue it')
  return does<{ officer: string; to: string }>(command, (context, options, given = '') => {
    const enquiry = numberOf(given, 'enquiry')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.assignEnquiry(enquiry, options.to, { signal: context.signal })
      context.out.result({ enquiry, owner: options.to }, [`Enquiry ${enquiry} is ${options.to}'s`])
      return DONE
    })
  })
}

function askCommand(): Command {
  const command = newCommand('ask', 'Ask an agency of an enquiry about its own check.', {
    example: 'enquiry ask 2 --to 1 --question who-is-this-child --officer officer.key.json',
    json: '{ enquiry, to, question }',
  })
    .argument('<enquiry>', 'number of the enquiry')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--question <question>', AGENCY_QUESTIONS.join(', '))
    .option('--to <place>', 'place of the agency in the list of the enquiry', '1')
  return does<{ officer: string; question: string; to: string }>(command, (context, options, given = '') => {
    const enquiry = numberOf(given, 'enquiry')
    const question = oneOf(AGENCY_QUESTIONS, options.question, '--question')
    const to = numberOf(options.to, '--to')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.askAgency(enquiry, question, to, { signal: context.signal })
      context.out.result({ enquiry, to, question }, [`Asked agency ${to} of enquiry ${enquiry}: ${question}`])
      return DONE
    })
  })
}

interface AnswerOptions {
  readonly agency: string
  readonly question: string
  readonly answer: string
  readonly authority?: string
}

function answerCommand(): Command {
  const command = newCommand('answer', 'Answer, as an agency, what is asked about one of its checks.', {
    example: 'enquiry answer A17 --question who-is-this-child --answer registering --agency school.key.json',
    json: '{ reference, question, answer, authority? }',
  })
    .argument('<reference>', "the agency's own reference of the check")
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--question <question>', AGENCY_QUESTIONS.join(', '))
    .requiredOption('--answer <answer>', AGENCY_ANSWERS.join(', '))
    .option('--authority <code>', 'with lives-elsewhere: code of the other authority, such as E06000001')
  return does<AnswerOptions>(command, (context, options, reference = '') => {
    const question = oneOf(AGENCY_QUESTIONS, options.question, '--question')
    const { authority } = options
    const answered = {
      answer: oneOf(AGENCY_ANSWERS, options.answer, '--answer'),
      ...(authority === undefined ? {} : { authority }),
    }
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      await agency.answerEnquiry(reference, question, answered, { signal: context.signal })
      context.out.result({ reference, question, ...answered }, [`Answered on ${reference}: ${answered.answer}`])
      return DONE
    })
  })
}

function endCommand(): Command {
  const command = newCommand('end', 'Say how an enquiry ended.', {
    example: 'enquiry end 2 --officer officer.key.json --outcome lives-in-another-authority',
    json: '{ ended: enquiry, outcome, referralMade? }',
  })
    .argument('<enquiry>', 'number of the enquiry')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--outcome <outcome>', OFFICERS_OUTCOMES.join(', '))
    .option(
      '--referral-made <when>',
      `with private-fostering, unaccompanied-arrival, trafficking-concern: ${REFERRALS_MADE.join(', ')}`,
    )
  return does<{ officer: string; outcome: string; referralMade?: string }>(command, (context, options, given = '') => {
    const enquiry = numberOf(given, 'enquiry')
    const outcome = oneOf(OFFICERS_OUTCOMES, options.outcome, '--outcome')
    const word =
      options.referralMade === undefined
        ? {}
        : { referralMade: oneOf(REFERRALS_MADE, options.referralMade, '--referral-made') }
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.endEnquiry(enquiry, outcome, { ...word, signal: context.signal })
      context.out.result({ ended: enquiry, outcome, ...word }, [`Enquiry ${enquiry} has ended: ${outcome}`])
      return DONE
    })
  })
}
