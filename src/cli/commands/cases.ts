import type { Command } from 'commander'
import { caseCommand } from './case.js'
import { casesCommand, nextCommand } from './case-lists.js'
import { caseWorkCommands } from './case-work.js'

export function casesCommands(): readonly Command[] {
  return [casesCommand(), nextCommand(), caseCommand(), ...caseWorkCommands()]
}
