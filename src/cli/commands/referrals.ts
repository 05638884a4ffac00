import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { whenInLondon } from '../../case/deadlines.js'
import { AGENCY_NEEDS } from '../../case/need.js'
import type { AgencyReferral, UnreadableReferral } from '../../case/package.js'
import { REFERRAL_STATUSES } from '../../case/referral.js'
import { referralLines, referralPage } from '../../case/referral-page.js'
import { IndexError, isIndexError } from '../../errors.js'
import type { PublicReferral } from '../../hub/referrals/referral-list.js'
import type { Hub } from '../../hub.js'
import type { Officer } from '../../officer.js'
import { systemClock } from '../../system.js'
import { type Context, does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom, officerFrom } from '../keys.js'
import { readableOpenings } from '../one-use-keys.js'
import { columns } from '../output.js'
import { writeNew } from '../policy/write-new.js'
import { detailLines } from './openings.js'
import { answerCommands } from './referral-answers.js'

export function referralCommands(): readonly Command[] {
  return [referCommand(), referralsCommand(), referralCommand(), ...answerCommands()]
}

interface ReferOptions {
  readonly to: string
  readonly because: string
  readonly officer: string
  readonly opening?: readonly string[]
}

function referCommand(): Command {
  const command = newCommand('refer', 'Send an agency what it needs of a case that was opened, sealed to its key.', {
    example: 'refer 1 --to anytown-social-care --because acts-on-referral --officer officer.key.json',
    json: '{ referral, to, status, decisionDueAt, openings }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--to <agency>', 'id of the agency')
    .requiredOption('--because <need>', `why the agency needs to know: ${AGENCY_NEEDS.join(', ')}`)
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .option('--opening <id...>', 'openings to send (default: all of this case that the key file can still read)')
  return does<ReferOptions>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    const because = oneOf(AGENCY_NEEDS, options.because, '--because')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const openings = options.opening ?? (await openingsOf(officer, wanted, options.officer))
      const ask = { case: wanted, to: options.to, openings, because }
      const sent = await officer.refer(ask, { signal: context.signal })
      context.out.result({ ...sent, openings }, [
        `Referral ${sent.referral} of case ${wanted} is with ${sent.to} (${sent.status}); it must decide by ${whenInLondon(sent.decisionDueAt)}`,
      ])
      return DONE
    })
  })
}

async function openingsOf(officer: Officer, caseNumber: number, file: string): Promise<readonly string[]> {
  const { openings } = await officer.review(caseNumber)
  const readable = await readableOpenings(file, systemClock())
  return openings.filter((opening) => readable.includes(opening))
}

interface ReferralsOptions {
  readonly agency?: string
  readonly officer?: string
  readonly after?: string
  readonly status?: string
  readonly html?: string
}

function referralsCommand(): Command {
  const command = newCommand(
    'referrals',
    'Read the referrals to an agency, which is their receipt; or list what became of all, as an officer.',
    {
      example: 'referrals --agency social-care.key.json --html pages',
      json: 'one line each (NDJSON): for an agency the package, see docs/referral.md, with kind, status and page?; for an officer { number, case, to, because, officer, purpose, lawfulBasis, threshold, sentAt, decisionDueAt, status, receivedAt?, acceptedAt?, declined?, outcome?, decidedAt?, reports?, amendedAt? }',
    },
  )
    .option('--agency <keyfile>', 'key file of the agency whose referrals to read')
    .option('--officer <keyfile>', 'key file of the officer who lists them')
    .option('--status <status>', `for an officer: ${REFERRAL_STATUSES.join(', ')}`)
    .option('--after <number>', 'only referrals after this number')
    .option(
      '--html <dir>',
      'for an agency: write a page of each into this folder, for its owner alone; none is replaced',
    )
  return does<ReferralsOptions>(command, (context, options) => {
    const after = options.after === undefined ? undefined : numberOf(options.after, '--after')
    const { agency, officer } = options
    if ((agency === undefined) === (officer === undefined))
      throw new IndexError('ERR_REQUEST_INVALID', 'give the key file of an agency or of an officer', {
        field: '--agency',
      })
    return withHub(context, async (hub) => {
      if (agency !== undefined) await readInbox(context, hub, agency, after ?? 0, options.html)
      else if (officer !== undefined) await listForOfficer(context, hub, officer, after, options.status)
      return DONE
    })
  })
}

async function readInbox(
  context: Context,
  hub: Hub,
  file: string,
  after: number,
  folder: string | undefined,
): Promise<void> {
  const agency = await agencyFrom(hub, file)
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 })
  for await (const each of agency.referrals(after, { signal: context.signal })) {
    const page = folder === undefined || each.kind === 'unreadable' ? undefined : await pageOf(each, folder)
    if (context.out.json) context.out.item(page === undefined ? each : { ...each, page }, '')
    else context.out.result(each, [...inboxLines(each), ...(page === undefined ? [] : [page]), ''])
  }
}

/** Where the page of a referral is, written unless it was there already. */
async function pageOf(referral: AgencyReferral, folder: string): Promise<string> {
  const path = join(folder, `referral-${referral.referral}.html`)
  try {
    await writeNew(path, referralPage(referral), '--html', 0o600)
    return path
  } catch (error) {
    if (!isIndexError(error, 'ERR_FILE_EXISTS')) throw error
    return `${path} (there already, and left as it is)`
  }
}

function inboxLines(referral: AgencyReferral | UnreadableReferral): readonly string[] {
  if (referral.kind === 'unreadable')
    return [`Referral ${referral.referral} does not open under this key: ask the officer to send it again`]
  return [...referralLines(referral), ...detailLines(referral.details), referral.notice]
}

async function listForOfficer(
  context: Context,
  hub: Hub,
  file: string,
  first: number | undefined,
  wanted: string | undefined,
): Promise<void> {
  const officer = await officerFrom(hub, file)
  const status = wanted === undefined ? {} : { status: oneOf(REFERRAL_STATUSES, wanted, '--status') }
  for (let after = first; ; ) {
    const filter = { ...status, ...(after === undefined ? {} : { after }) }
    const page = await officer.referrals(filter, { signal: context.signal })
    for (const each of page) context.out.item(each, summaryLine(each))
    after = page.at(-1)?.number
    if (after === undefined) return
  }
}

function summaryLine({ number, case: of, to, status, outcome, declined, decisionDueAt }: PublicReferral): string {
  const cells = [
    [`referral ${number}`, 14],
    [`case ${of}`, 10],
    [status, 9],
    [outcome ?? declined?.reason ?? `decide by ${whenInLondon(decisionDueAt)}`, 42],
  ] as const
  return `${columns(...cells)}  ${to}`
}

function referralCommand(): Command {
  const command = newCommand('referral', 'Show what became of one referral.', {
    example: 'referral 1 --officer officer.key.json',
    json: 'as in referrals --officer',
  })
    .argument('<referral>', 'number of the referral')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'referral')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const referral = await officer.referral(wanted, { signal: context.signal })
      context.out.result(referral, storyLines(referral))
      return DONE
    })
  })
}

function storyLines(referral: PublicReferral): readonly string[] {
  const { number, to, because, officer, sentAt, decisionDueAt, receivedAt, acceptedAt, declined } = referral
  const { outcome, decidedAt, reports = [], amendedAt } = referral
  const line = (what: string, at: number | undefined): readonly string[] =>
    at === undefined ? [] : [`${what} ${whenInLondon(at)}`]
  return [
    `Referral ${number} of case ${referral.case} to ${to}, which ${because}: ${referral.status}`,
    `sent by ${officer} ${whenInLondon(sentAt)}, for ${referral.purpose}, on the basis of ${referral.lawfulBasis}`,
    ...line('received', receivedAt),
    ...line('accepted', acceptedAt),
    ...(declined === undefined ? [] : [`declined ${whenInLondon(declined.at)}: ${declined.reason}`]),
    ...(outcome === undefined
      ? [`a decision is due by ${whenInLondon(decisionDueAt)}`]
      : line(`decided (${outcome})`, decidedAt)),
    ...reports.map(({ milestone, on, at }) => `${milestone} on ${on}, told ${whenInLondon(at)}`),
    ...line('a check behind it was taken back', amendedAt),
  ]
}
