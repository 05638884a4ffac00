import type { Command } from 'commander'
import type { Agency } from '../../agency.js'
import { dayInLondon } from '../../case/deadlines.js'
import { DECLINE_REASONS, MILESTONES, REFERRAL_OUTCOMES, type ReferralStatus } from '../../case/referral.js'
import type { SendOptions } from '../../port.js'
import { systemClock } from '../../system.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { dayOf } from '../days.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom } from '../keys.js'

/** What an agency says about a referral, one command for each word. */
export function answerCommands(): readonly Command[] {
  return [acceptCommand(), declineCommand(), decideCommand(), reportCommand()]
}

interface AnswerOptions {
  readonly agency: string
}

/** What an agency says: told as JSON with `said`, and in a sentence. */
interface Word {
  readonly said: object
  readonly text: string
  say(agency: Agency, referral: number, send: SendOptions): Promise<ReferralStatus>
}

function answering<Options extends AnswerOptions>(command: Command, wordOf: (options: Options) => Word): Command {
  command
    .argument('<referral>', 'number of the referral')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
  return does<Options>(command, (context, options, number = '') => {
    const referral = numberOf(number, 'referral')
    const { said, text, say } = wordOf(options)
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      const status = await say(agency, referral, { signal: context.signal })
      context.out.result({ referral, status, ...said }, [`Referral ${referral}: ${text}`])
      return DONE
    })
  })
}

function acceptCommand(): Command {
  const command = newCommand('accept', 'Say that the agency takes a referral on. The decision is still due.', {
    example: 'accept 1 --agency social-care.key.json',
    json: '{ referral, status }',
  })
  return answering(command, () => ({
    said: {},
    text: 'accepted; a decision is still due',
    say: (agency, referral, send) => agency.accept(referral, send),
  }))
}

function declineCommand(): Command {
  const command = newCommand('decline', 'Say that the agency does not take a referral on: it goes elsewhere.', {
    example: 'decline 1 --agency social-care.key.json --reason not-ours',
    json: '{ referral, status, reason }',
  }).requiredOption('--reason <reason>', DECLINE_REASONS.join(', '))
  return answering<AnswerOptions & { reason: string }>(command, (options) => {
    const reason = oneOf(DECLINE_REASONS, options.reason, '--reason')
    return {
      said: { reason },
      text: `declined (${reason}); its officers look for another agency`,
      say: (agency, referral, send) => agency.decline(referral, reason, send),
    }
  })
}

function decideCommand(): Command {
  const command = newCommand('decide', 'Say what the agency decided on a referral.', {
    example: 'decide 1 --agency social-care.key.json --outcome assessment',
    json: '{ referral, status, outcome }',
  }).requiredOption('--outcome <outcome>', REFERRAL_OUTCOMES.join(', '))
  return answering<AnswerOptions & { outcome: string }>(command, (options) => {
    const outcome = oneOf(REFERRAL_OUTCOMES, options.outcome, '--outcome')
    return {
      said: { outcome },
      text: `decided: ${outcome}`,
      say: (agency, referral, send) => agency.decide(referral, outcome, send),
    }
  })
}

function reportCommand(): Command {
  const command = newCommand('report', 'Say what became of a referral, and on which day.', {
    example: 'report 1 --agency social-care.key.json --milestone strategy-discussion-held --on 2026-03-05',
    json: '{ referral, status, milestone, on }',
  })
    .requiredOption('--milestone <milestone>', MILESTONES.join(', '))
    .option('--on <day>', 'day in London, YYYY-MM-DD (default: today)')
  return answering<AnswerOptions & { milestone: string; on?: string }>(command, (options) => {
    const milestone = oneOf(MILESTONES, options.milestone, '--milestone')
    const on = options.on ?? dayInLondon(systemClock())
    dayOf(on, '--on')
    return {
      said: { milestone, on },
      text: `${milestone} on ${on}`,
      say: (agency, referral, send) => agency.report(referral, milestone, on, send),
    }
  })
}
