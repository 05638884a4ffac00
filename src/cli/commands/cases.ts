import type { Command } from 'commander'
import { does, newCommand, numberOf } from '../command.js'
import { DONE } from '../failure.js'
import { withHub } from '../hub.js'
import { officerFrom } from '../keys.js'
import { caseCommand } from './case.js'
import { casesCommand, nextCommand } from './case-lists.js'
import { caseWorkCommands } from './case-work.js'

export function casesCommands(): readonly Command[] {
  return [casesCommand(), nextCommand(), caseCommand(), ...caseWorkCommands(), determineCommand()]
}

function determineCommand(): Command {
  const command = newCommand(
    'determine',
    'Sign the judgement that a level is met which the checks alone do not reach.',
    {
      example: 'determine 3 --officer officer.key.json',
      json: '{ determined: case }',
    },
  )
    .argument('<case>', 'number of the case')
    .requiredOption('--officer <keyfile>', 'key file of the officer')
  return does<{ officer: string }>(command, (context, options, number = '') => {
    const wanted = numberOf(number, 'case')
    return withHub(context, async (hub) => {
      const officer = await officerFrom(hub, options.officer)
      await officer.determine(wanted, { signal: context.signal })
      context.out.result({ determined: wanted }, [`Signed for case ${wanted}. It counts once enough officers have.`])
      return DONE
    })
  })
}
