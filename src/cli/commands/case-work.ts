import type { Command } from 'commander'
import { CASE_OUTCOMES, CLOSING_REASONS } from '../../case/case.js'
import { OFFICER_NEEDS, type OfficerNeed } from '../../case/need.js'
import type { Officer } from '../../officer.js'
import type { SendOptions } from '../../port.js'
import { does, newCommand, numberOf, oneOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'

export function caseWorkCommands(): readonly Command[] {
  return [takeCommand(), joinCommand(), assignCommand(), leaveCommand(), closeCommand()]
}

interface Said {
  readonly example: string
  readonly json: string
}

type Act<Options> = (
  officer: Officer,
  number: number,
  options: Options,
  send: SendOptions,
) => Promise<{ readonly result: object; readonly line: string }>

/** A command by which an officer says something of one case. `prepare` adds its options. */
function says<Options>(
  name: string,
  description: string,
  said: Said,
  prepare: (command: Command) => Command,
  act: Act<Options>,
): Command {
  const command = newCommand(name, description, said)
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<Options & { officer: string }>(prepare(command), (context, options, given = '') => {
    const number = numberOf(given, 'case')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      const { result, line } = await act(officer, number, options, { signal: context.signal })
      context.out.result(result, [line])
      return DONE
    })
  })
}

function takeCommand(): Command {
  const said = { example: 'take 1 --officer officer.key.json', json: '{ taken: case }' }
  const what = 'Take a case on: from now on you need to know what it opens.'
  return says('take', what, said, asItIs, async (officer, taken, _options, send) => {
    await officer.take(taken, send)
    return { result: { taken }, line: `Case ${taken} is yours` }
  })
}

const REASONS = OFFICER_NEEDS.filter((each): each is Exclude<OfficerNeed, 'owner'> => each !== 'owner')

function joinCommand(): Command {
  const said = {
    example: 'join 1 --because second-opinion --officer officer.key.json',
    json: '{ joined: case, because }',
  }
  const what = 'Put on record why you need to know of a case that is another officer’s.'
  const prepare = (command: Command): Command => command.requiredOption('--because <reason>', REASONS.join(', '))
  return says<{ because: string }>('join', what, said, prepare, async (officer, joined, options, send) => {
    const because = oneOf(REASONS, options.because, '--because')
    await officer.join(joined, because, send)
    return { result: { joined, because }, line: `On record: you need to know of case ${joined} (${because})` }
  })
}

function assignCommand(): Command {
  const said = { example: 'assign 1 --to second --officer manager.key.json', json: '{ assigned: case, to }' }
  const what = 'Hand a case to an officer, as its owner or as a manager.'
  const prepare = (command: Command): Command => command.requiredOption('--to <officer>', 'id of the officer')
  return says<{ to: string }>('assign', what, said, prepare, async (officer, assigned, { to }, send) => {
    await officer.assign(assigned, to, send)
    return { result: { assigned, to }, line: `Case ${assigned} is with ${to}` }
  })
}

function leaveCommand(): Command {
  const said = { example: 'leave 1 --officer officer.key.json', json: '{ left: case }' }
  const what = 'Put on record that you need to know of a case no longer. Your own becomes nobody’s.'
  return says('leave', what, said, asItIs, async (officer, left, _options, send) => {
    await officer.leave(left, send)
    return { result: { left }, line: `On record: you need to know of case ${left} no longer` }
  })
}

function closeCommand(): Command {
  const said = {
    example: 'close 3 --reason assessed --outcome child-in-need-plan --officer officer.key.json',
    json: '{ case, status }',
  }
  const what = 'Close a case. One that reached a threshold and was never opened takes two officers, who say the same.'
  const prepare = (command: Command): Command =>
    command
      .requiredOption('--reason <reason>', CLOSING_REASONS.join(', '))
      .requiredOption('--outcome <outcome>', CASE_OUTCOMES.join(', '))
  return says<{ reason: string; outcome: string }>(
    'close',
    what,
    said,
    prepare,
    async (officer, number, options, send) => {
      const reason = oneOf(CLOSING_REASONS, options.reason, '--reason')
      const outcome = oneOf(CASE_OUTCOMES, options.outcome, '--outcome')
      const status = await officer.close(number, reason, outcome, send)
      const waits = `Noted. Case ${number} closes once a second officer says the same.`
      return { result: { case: number, status }, line: status === 'closed' ? `Case ${number} is closed.` : waits }
    },
  )
}

function asItIs(command: Command): Command {
  return command
}
