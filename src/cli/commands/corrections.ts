import { Command } from 'commander'
import { CORRECTION_OUTCOMES, CORRECTION_REASONS, type CorrectionAbout } from '../../case/account-correction.js'
import { IndexError } from '../../errors.js'
import type { PublicCorrection } from '../../hub/families/accounts-corrections.js'
import { when } from '../../page/words.js'
import { GROUPS } from '../../seal/label.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { agencyFrom, officerFrom } from '../keys.js'
import { columns } from '../output.js'

export function correctionCommands(): readonly Command[] {
  const correction = new Command('correction').description(
    'Answer children and carers who say that something is wrong.',
  )
  for (const command of [askCommand(), listCommand(), pursueCommand(), decideCommand()]) correction.addCommand(command)
  correction.addHelpText('after', '\nExample:\n  $ child-index correction list --officer records.key.json')
  return [correction]
}

interface AskOptions {
  readonly agency: string
  readonly reference: string
  readonly reason: string
  readonly check?: string
  readonly details?: string
}

function askCommand(): Command {
  const command = newCommand('ask', 'Pass on, as an agency, a person’s word that what is held is wrong.', {
    example:
      'correction ask ABC-DEF-… --reference Q/8 --check 0a1b2c3d4e --reason did-not-happen --agency school.key.json',
    json: '{ correction }',
  })
    .argument('<id>', 'the child as this agency writes it: see `identify`')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--reference <reference>', "the agency's own, by which it knows whom the answer is for")
    .requiredOption('--reason <reason>', CORRECTION_REASONS.join(', '))
    .option('--check <number>', 'of a check, as the account gives it')
    .option('--details <group>', GROUPS.join(', '))
  return does<AskOptions>(command, (context, options, agencyChildId = '') => {
    const about = aboutOf(options)
    const reason = oneOf(CORRECTION_REASONS, options.reason, '--reason')
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      const ask = { agencyChildId, reference: options.reference, about, reason }
      const correction = await agency.askCorrection(ask, { signal: context.signal })
      context.out.result({ correction }, [`Correction ${correction} is with the Trust's records officers.`])
      return DONE
    })
  })
}

function aboutOf({ check, details }: AskOptions): CorrectionAbout {
  if (check !== undefined && details === undefined) return { check }
  if (details !== undefined && check === undefined) return { details: oneOf(GROUPS, details, '--details') }
  throw new IndexError('ERR_REQUEST_INVALID', 'either --check or --details', { field: '--check' })
}

function listCommand(): Command {
  const command = newCommand('list', 'List what was asked to be put right.', {
    example: 'correction list --officer records.key.json',
    json: 'one line each (NDJSON): { correction, agency, reference, about, reason, askedAt, dueAt, question?, outcome?, decidedAt? }',
  }).requiredOption('--officer <keyfile>', 'key file of a records officer')
  return does<{ officer: string }>(command, (context, options) =>
    withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      for (let after: number | undefined; ; ) {
        const page = await officer.corrections(after === undefined ? {} : { after }, { signal: context.signal })
        for (const each of page) context.out.item(each, correctionLine(each))
        after = page.at(-1)?.correction
        if (after === undefined) return DONE
      }
    }),
  )
}

function correctionLine({
  correction,
  about,
  reason,
  dueAt,
  outcome,
  question,
  agency,
  reference,
}: PublicCorrection): string {
  const cells = [
    [`correction ${correction}`, 16],
    ['check' in about ? `check ${about.check}` : about.details, 18],
    [reason, 16],
    [outcome ?? `due ${when(dueAt)}`, 26],
  ] as const
  const asked = question === undefined ? '' : `  asked: ${question.answer ?? 'no answer yet'}`
  return `${columns(...cells)}  ${agency} ${reference}${asked}`
}

function pursueCommand(): Command {
  const command = newCommand('pursue', 'Ask the agency of the check to correct or withdraw it, by its own reference.', {
    example: 'correction pursue 2 --officer records.key.json',
    json: '{ correction }',
  })
    .argument('<correction>', 'number of the correction')
    .requiredOption('--officer <keyfile>', 'key file of a records officer')
  return does<{ officer: string }>(command, (context, options, given = '') => {
    const correction = numberOf(given, 'correction')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.pursueCorrection(correction, { signal: context.signal })
      context.out.result({ correction }, [`The agency of the check in correction ${correction} is asked`])
      return DONE
    })
  })
}

function decideCommand(): Command {
  const command = newCommand('decide', 'Decide on a correction. A check that is not put right is marked as disputed.', {
    example: 'correction decide 2 --outcome noted-as-disputed --officer records.key.json',
    json: '{ correction, outcome }',
  })
    .argument('<correction>', 'number of the correction')
    .requiredOption('--officer <keyfile>', 'key file of a records officer')
    .requiredOption('--outcome <outcome>', CORRECTION_OUTCOMES.join(', '))
  return does<{ officer: string; outcome: string }>(command, (context, options, given = '') => {
    const correction = numberOf(given, 'correction')
    const outcome = oneOf(CORRECTION_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.decideCorrection(correction, outcome, { signal: context.signal })
      context.out.result({ correction, outcome }, [`Correction ${correction}: ${outcome}`])
      return DONE
    })
  })
}
