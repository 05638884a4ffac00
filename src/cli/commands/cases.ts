import type { Command } from 'commander'
import { does, newCommand, numberOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { caseCommand } from './case.js'
import { casesCommand, nextCommand } from './case-lists.js'
import { caseWorkCommands } from './case-work.js'

export function casesCommands(): readonly Command[] {
<<<<<<< HEAD
  return [casesCommand(), nextCommand(), caseCommand(), ...caseWorkCommands(), determineCommand()]
}

function determineCommand(): Command {
  const command = newCommand(
    'determine',
    'Sign the judgement that a level is met which the checks alone do not reach.',
    {
      example: 'determine 3 --officer officer.key.json',
      json: '{ determined: case }',
=======
  return [casesCommand(), caseCommand(), takeCommand(), closeCommand()]
}

function casesCommand(): Command {
  const command = newCommand('cases', 'List the cases, by number and without any identifier of a child.', {
    example: 'cases --status new',
    json: 'one line each (NDJSON): { number, status, level, threshold, raisedAt, updatedAt, reReferral }',
  }).option('--status <status>', CASE_STATUSES.join(', '))
  return does<{ status?: string }>(command, (context, options) => {
    const filter = options.status === undefined ? {} : { status: oneOf(CASE_STATUSES, options.status, '--status') }
    return withHub(context, async (hub) => {
      await hub.caughtUp({ signal: context.signal })
      for await (const each of hub.cases(filter)) context.out.item(each, summaryLine(each))
      return DONE
    })
  })
}

function summaryLine({ number, status, level, raisedAt, reReferral }: CaseSummary): string {
  const cells = [
    [`case ${number}`, 10],
    [level, 18],
    [status, 9],
    [`raised ${when(raisedAt)}`, 0],
  ] as const
  return `${columns(...cells)}${reReferral ? '  (again)' : ''}`
}

function takeCommand(): Command {
  const command = newCommand('take', 'Take a case on: from now on you need to know what it opens.', {
    example: 'take 1 --officer officer.key.json',
    json: '{ taken: case }',
  })
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, number = '') => {
    const taken = numberOf(number, 'case')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.take(taken, { signal: context.signal })
      context.out.result({ taken }, [`Case ${taken} is yours`])
      return DONE
    })
  })
}

function closeCommand(): Command {
  const command = newCommand(
    'close',
    'Close a case. One that reached a threshold and was never opened takes two officers.',
    {
      example: 'close 3 --officer officer.key.json --reason assessed --outcome child-in-need-plan',
      json: '{ case, status }',
>>>>>>> e147b2d (Determinations: a finding with reasons, one for each person, taken back for good at hub and custodians)
    },
  )
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
<<<<<<< HEAD
  return does<{ officer: string }>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.determine(wanted, { signal: context.signal })
      context.out.result({ determined: wanted }, [`Signed for case ${wanted}. It counts once enough officers have.`])
=======
    .requiredOption('--reason <reason>', CLOSING_REASONS.join(', '))
    .requiredOption('--outcome <outcome>', CASE_OUTCOMES.join(', '))
  return does<{ officer: string; reason: string; outcome: string }>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    const reason = oneOf(CLOSING_REASONS, options.reason, '--reason')
    const outcome = oneOf(CASE_OUTCOMES, options.outcome, '--outcome')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const status = await officer.close(wanted, reason, outcome, { signal: context.signal })
      context.out.result({ case: wanted, status }, [
        status === 'closed'
          ? `Case ${wanted} is closed.`
          : `Noted. Case ${wanted} closes once a second officer says the same.`,
      ])
>>>>>>> e147b2d (Determinations: a finding with reasons, one for each person, taken back for good at hub and custodians)
      return DONE
    })
  })
}
