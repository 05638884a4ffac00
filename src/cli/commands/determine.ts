import type { Command } from 'commander'
import { DETERMINATION_WITHDRAWAL_REASONS, MET_REASONS, NOT_MET_REASONS } from '../../case/determination.js'
import type { Judgement } from '../../officer/determine.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'

export function determineCommands(): readonly Command[] {
  return [determineCommand(), withdrawDeterminationCommand()]
}

function determineCommand(): Command {
  const command = newCommand(
    'determine',
    'Sign the judgement that a level is met which the checks alone do not reach, or that it is not.',
    {
      example: 'determine 3 --officer officer.key.json --reason cumulative-concern several-agencies-concerned',
      json: '{ determined: case, finding, reasons }',
    },
  )
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--reason <reasons...>', `${MET_REASONS.join(', ')}; with --not-met: ${NOT_MET_REASONS.join(', ')}`)
    .option('--not-met', 'you had the same facts before you, and disagree')
  return does<{ officer: string; reason: readonly string[]; notMet?: true }>(
    command,
    (context, options, number = '') => {
      const wanted = numberOf(number, 'case')
      const judgement = judgementOf(options.reason, options.notMet === true)
      return withHub(context, async (hub) => {
        const officer = await officerFrom(hub, options.officer)
        await officer.determine(wanted, judgement, { signal: context.signal })
        context.out.result({ determined: wanted, ...judgement }, [
          judgement.finding === 'met'
            ? `Signed for case ${wanted}. It counts once enough officers have.`
            : `Signed for case ${wanted}: your disagreement is recorded, and counts for nothing else.`,
        ])
        return DONE
      })
    },
  )
}

function judgementOf(reasons: readonly string[], notMet: boolean): Judgement & { readonly finding: 'met' | 'not-met' } {
  return notMet
    ? { finding: 'not-met', reasons: reasons.map((reason) => oneOf(NOT_MET_REASONS, reason, '--reason')) }
    : { finding: 'met', reasons: reasons.map((reason) => oneOf(MET_REASONS, reason, '--reason')) }
}

function withdrawDeterminationCommand(): Command {
  const command = newCommand('withdraw-determination', 'Take back what you determined on a case.', {
    example: 'withdraw-determination 3 --officer officer.key.json --reason new-information',
    json: '{ withdrawn: case, reason }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
    .requiredOption('--reason <reason>', DETERMINATION_WITHDRAWAL_REASONS.join(', '))
  return does<{ officer: string; reason: string }>(command, (context, options, number = '') => {
    const withdrawn = numberOf(number, 'case')
    const reason = oneOf(DETERMINATION_WITHDRAWAL_REASONS, options.reason, '--reason')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.withdrawDetermination(withdrawn, reason, { signal: context.signal })
      context.out.result({ withdrawn, reason }, [
        `What you determined on case ${withdrawn} no longer counts: hub and custodians keep that you took it back.`,
      ])
      return DONE
    })
  })
}
