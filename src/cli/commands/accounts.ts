import { Command } from 'commander'
import { ACCOUNT_FOR, ACCOUNT_OUTCOMES, ACCOUNT_PARTS, DELAY_REASONS, WITHHOLDING_REASONS } from '../../case/account.js'
import { accountPage } from '../../case/account-page.js'
import { accountText } from '../../case/account-words.js'
import { IndexError } from '../../errors.js'
import type { AccountFilter, PublicAccount } from '../../hub/families/accounts-list.js'
import type { Officer } from '../../officer.js'
import { when } from '../../page/words.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom, officerFrom } from '../keys.js'
import { columns } from '../output.js'

const STATUSES = ['open', 'ended'] as const

export function accountCommands(): readonly Command[] {
  const account = new Command('account').description('Answer children and carers who ask what is held.')
  for (const command of [askCommand(), listCommand(), showCommand(), withholdCommand(), delayCommand(), endCommand()])
    account.addCommand(command)
  account.addHelpText('after', '\nExample:\n  $ child-index account show 3 --officer records.key.json')
  return [account]
}

interface AskOptions {
  readonly agency: string
  readonly reference: string
  readonly for: string
  readonly assessedBy?: string
}

function askCommand(): Command {
  const command = newCommand(
    'ask',
    'Pass on, as an agency, the request of a child or a carer whom it has made sure of.',
    {
      example: 'account ask ABC-DEF-… --reference Q/7 --for child --assessed-by j.smith --agency school.key.json',
      json: '{ account }',
    },
  )
    .argument('<id>', 'the child as this agency writes it: see `identify`')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--reference <reference>', "the agency's own, by which it knows whom the answer is for")
    .requiredOption('--for <whom>', ACCOUNT_FOR.join(', '))
    .option('--assessed-by <person>', 'of a child: who judged, for this request, that the child understands it')
  return does<AskOptions>(command, (context, options, agencyChildId = '') => {
    const { reference, assessedBy } = options
    const whom = oneOf(ACCOUNT_FOR, options.for, '--for')
    const understanding = assessedBy === undefined ? {} : { understanding: { understands: true, assessedBy } }
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      const ask = { agencyChildId, reference, for: whom, ...understanding }
      const account = await agency.askAccount(ask, { signal: context.signal })
      context.out.result({ account }, [
        `Request ${account} is with the Trust's records officers. They answer the person, not the agency.`,
      ])
      return DONE
    })
  })
}

function listCommand(): Command {
  const command = newCommand('list', 'List the requests for accounts.', {
    example: 'account list --status open --officer records.key.json',
    json: 'one line each (NDJSON): { number, for, agencyKind, agency?, reference?, askedAt, dueAt, delay?, withheld, waiting?, outcome?, endedAt?, lookAgainAt? }',
  })
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .option('--status <status>', STATUSES.join(', '))
  return does<{ officer: string; status?: string }>(command, (context, options) => {
    const filter = options.status === undefined ? {} : { status: oneOf(STATUSES, options.status, '--status') }
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      for await (const each of everyAccount(officer, filter, context.signal)) context.out.item(each, accountLine(each))
      return DONE
    })
  })
}

async function* everyAccount(
  officer: Officer,
  filter: AccountFilter,
  signal: AbortSignal,
): AsyncGenerator<PublicAccount> {
  for (let after: number | undefined; ; ) {
    const page = await officer.accounts(after === undefined ? filter : { ...filter, after }, { signal })
    yield* page
    after = page.at(-1)?.number
    if (after === undefined) return
  }
}

function accountLine(account: PublicAccount): string {
  const { number, for: whom, dueAt, outcome, lookAgainAt, agency, agencyKind, reference, withheld, waiting } = account
  const end = outcome ?? `due ${when(dueAt)}`
  const cells = [
    [`request ${number}`, 14],
    [whom, 6],
    [end, 26],
    [agency === undefined ? agencyKind : `${agency} ${reference}`, 24],
  ] as const
  const again = lookAgainAt === undefined ? '' : `  look again ${when(lookAgainAt)}`
  const held = withheld.length === 0 ? '' : `  withheld: ${withheld.join(', ')}`
  return `${columns(...cells)}${held}${again}${waiting === undefined ? '' : `  ${waiting.by} waits for a second word`}`
}

function showCommand(): Command {
  const command = newCommand('show', 'Show an account as it stands. Every time is journalled.', {
    example: 'account show 3 --officer records.key.json --html > account.html',
    json: 'the account: { for, account, reference, askedAt, hub, policy, incidents, indicators, groups, parts, mayBeWithheld, held? }',
  })
    .argument('<request>', 'number of the request')
    .requiredOption('--officer <keyfile>', 'key file of a records officer')
    .option('--html', 'as a page to print')
  return does<{ officer: string; html?: boolean }>(command, (context, options, given = '') => {
    const number = numberOf(given, 'request')
    if (options.html === true && context.out.json)
      throw new IndexError('ERR_REQUEST_INVALID', 'either --html or --json', { field: '--html' })
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const account = await officer.account(number, { signal: context.signal })
      context.out.result(account, options.html === true ? accountPage(account).split('\n') : accountText(account))
      return DONE
    })
  })
}

interface WithholdOptions {
  readonly officer: string
  readonly part: readonly string[]
  readonly reason: string
  readonly days: string
}

function withholdCommand(): Command {
  const command = newCommand('withhold', 'Say that parts of a child’s own account should be withheld, for a time.', {
    example:
      'account withhold 3 --part cases openings --reason serious-harm --until 2027-01-31 --officer records.key.json',
    json: '{ account, outcome: waiting | withheld, until }',
  })
    .argument('<request>', 'number of the request')
    .requiredOption(
      '--officer <keyfile>',
      'a records officer, and then another person who works cases, or the other way round',
    )
    .requiredOption('--part <part...>', ACCOUNT_PARTS.join(', '))
    .requiredOption('--reason <reason>', WITHHOLDING_REASONS.join(', '))
    .requiredOption('--until <day>', 'day on which it must be looked at again, at most a year ahead: 2027-01-31')
  return does<Omit<WithholdOptions, 'days'> & { readonly until: string }>(command, (context, options, given = '') => {
    const account = numberOf(given, 'request')
    const what = {
      parts: options.part.map((part) => oneOf(ACCOUNT_PARTS, part, '--part')),
      reason: oneOf(WITHHOLDING_REASONS, options.reason, '--reason'),
      until: dayFrom(options.until),
    }
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const outcome = await officer.withhold(account, what, { signal: context.signal })
      context.out.result({ account, outcome, until: what.until }, [
        outcome === 'withheld'
          ? `Withheld until ${when(what.until)}; it must be looked at again then.`
          : 'Noted. Nothing is produced until another person says the same, or two weeks have passed.',
      ])
      return DONE
    })
  })
}

/** Beginning of a day in UTC. */
function dayFrom(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at))
    throw new IndexError('ERR_REQUEST_INVALID', 'must be a day such as 2027-01-31', { field: '--until' })
  return at
}

function delayCommand(): Command {
  const command = newCommand('delay', 'Put an answer off by one or two months, once.', {
    example: 'account delay 3 --reason complexity --months 1 --officer records.key.json',
    json: '{ account, dueAt }',
  })
    .argument('<request>', 'number of the request')
    .requiredOption('--officer <keyfile>', 'key file of a records officer')
    .requiredOption('--reason <reason>', DELAY_REASONS.join(', '))
    .option('--months <months>', '1 or 2', '1')
  return does<{ officer: string; reason: string; months: string }>(command, (context, options, given = '') => {
    const account = numberOf(given, 'request')
    const reason = oneOf(DELAY_REASONS, options.reason, '--reason')
    const months = oneOf(['1', '2'], options.months, '--months') === '1' ? 1 : 2
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const dueAt = await officer.delayAccount(account, reason, months, { signal: context.signal })
      context.out.result({ account, dueAt }, [`Request ${account} is now due ${when(dueAt)}: tell the person why`])
      return DONE
    })
  })
}

function endCommand(): Command {
  const command = newCommand('end', 'Say what came of a request.', {
    example: 'account end 3 --outcome given --officer records.key.json',
    json: '{ account, outcome }',
  })
    .argument('<request>', 'number of the request')
    .requiredOption('--officer <keyfile>', 'key file of a records officer')
    .requiredOption('--outcome <outcome>', ACCOUNT_OUTCOMES.join(', '))
  return does<{ officer: string; outcome: string }>(command, (context, options, given = '') => {
    const account = numberOf(given, 'request')
    const outcome = oneOf(ACCOUNT_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.endAccount(account, outcome, { signal: context.signal })
      context.out.result({ account, outcome }, [`Request ${account} has ended: ${outcome}`])
      return DONE
    })
  })
}
