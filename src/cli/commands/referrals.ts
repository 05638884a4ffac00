import type { Command } from 'commander'
import { AGENCY_NEEDS } from '../../case/need.js'
import type { AgencyReferral, UnreadableReferral } from '../../case/package.js'
import { REFERRAL_OUTCOMES } from '../../case/referral.js'
import type { Officer } from '../../officer.js'
import { when } from '../../page/words.js'
import { systemClock } from '../../system.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom, officerFrom } from '../keys.js'
import { readableOpenings } from '../one-use-keys.js'
import { detailLines } from './openings.js'

export function referralCommands(): readonly Command[] {
  return [referCommand(), referralsCommand(), decideCommand()]
}

interface ReferOptions {
  readonly to: string
  readonly because: string
  readonly officer: string
  readonly opening?: readonly string[]
}

function referCommand(): Command {
  const command = newCommand('refer', 'Send an agency what was opened of a case, sealed to its key.', {
    example: 'refer 1 --to anytown-social-care --because acts-on-referral --officer officer.key.json',
    json: '{ referral, to, decisionDueAt, openings }',
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
        `Referral ${sent.referral} of case ${wanted} is with ${sent.to}; it must decide by ${when(sent.decisionDueAt)}`,
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

function referralsCommand(): Command {
  const command = newCommand('referrals', 'Read the referrals to an agency. Reading one is its receipt.', {
    example: 'referrals --agency social-care.key.json',
    json: 'one line each (NDJSON): { referral, case, threshold, level, purpose, lawfulBasis, sentAt, decisionDueAt, details, notice, status }',
  })
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .option('--after <number>', 'only referrals after this number')
  return does<{ agency: string; after?: string }>(command, (context, options) => {
    const after = options.after === undefined ? 0 : numberOf(options.after, '--after')
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      for await (const each of agency.referrals(after, { signal: context.signal })) {
        if (context.out.json) context.out.item(each, '')
        else context.out.result(each, referralLines(each))
      }
      return DONE
    })
  })
}

function referralLines(referral: AgencyReferral | UnreadableReferral): readonly string[] {
  if (referral.kind === 'unreadable')
    return [`Referral ${referral.referral} does not open under this key: ask the officer to send it again`, '']
  const { level, purpose, lawfulBasis, sentAt, decisionDueAt, agencyChildId, details, notice, status } = referral
  return [
    `Referral ${referral.referral}, ${status}: ${level}, for ${purpose}, on the basis of ${lawfulBasis}`,
    `sent ${when(sentAt)}, decision due ${when(decisionDueAt)}`,
    ...(agencyChildId === undefined ? [] : [`child ${agencyChildId}`]),
    ...detailLines(details),
    notice,
    '',
  ]
}

function decideCommand(): Command {
  const command = newCommand('decide', 'Say what the agency decided on a referral.', {
    example: 'decide 1 --agency social-care.key.json --outcome assessment',
    json: '{ decided: referral, outcome }',
  })
    .argument('<referral>', 'number of the referral')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--outcome <outcome>', REFERRAL_OUTCOMES.join(', '))
  return does<{ agency: string; outcome: string }>(command, (context, options, number = '') => {
    const referral = numberOf(number, 'referral')
    const outcome = oneOf(REFERRAL_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      await agency.decide(referral, outcome, { signal: context.signal })
      context.out.result({ decided: referral, outcome }, [`Referral ${referral} is decided: ${outcome}`])
      return DONE
    })
  })
}
