import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { plural } from '../../page/words.js'
import { rulesOf } from '../../policy/cases/rule-record.js'
import { policyHash, vocabularyHash } from '../../policy/hash.js'
import { isAtom, type Policy } from '../../policy/policy.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { policyFrom } from './source.js'

export function validateCommand(): Command {
  const command = newCommand('validate', 'Read a policy and say what it is, or where it is wrong.', {
    example: 'policy validate england-illustrative',
    json: '{ id, version, title, policyHash, vocabularyHash, horizonDays, levels: [name], atoms, indicators, incidents }',
  }).argument('<policy>', 'a file, or the name of a policy that comes with the package')
  return does(command, async ({ out }, _options, given = '') => {
    const policy = await policyFrom(given)
    const summary = summaryOf(policy)
    const { levels, atoms, indicators, incidents } = summary
    out.result(summary, [
      `Valid: ${policy.id}, version ${policy.version}`,
      policy.title,
      `policy hash      ${summary.policyHash}`,
      `vocabulary hash  ${summary.vocabularyHash}`,
      `levels           ${levels.join(' < ')}, by ${plural(atoms, 'atom')}; looks back ${plural(policy.horizonDays, 'day')}`,
      `codes            ${plural(indicators, 'indicator')}, ${plural(incidents, 'incident')}`,
    ])
    return DONE
  })
}

interface Summary {
  readonly id: string
  readonly version: string | number
  readonly title: string
  readonly policyHash: string
  readonly vocabularyHash: string
  readonly horizonDays: number
  readonly levels: readonly string[]
  readonly atoms: number
  readonly indicators: number
  readonly incidents: number
}

function summaryOf(policy: Policy): Summary {
  const { id, version, title, horizonDays, levels, indicators, incidents } = policy
  return {
    id,
    version,
    title,
    policyHash: toHex(policyHash(policy)),
    vocabularyHash: toHex(vocabularyHash(policy)),
    horizonDays,
    levels: levels.map(({ name }) => name),
    atoms: [...rulesOf(policy).values()].filter(isAtom).length,
    indicators: Object.keys(indicators).length,
    incidents: Object.keys(incidents).length,
  }
}
