import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { caseOf } from '../../policy/cases/write.js'
import { type Difference, diffPolicies, type PolicyDiff } from '../../policy/diff/diff.js'
import { policyHash } from '../../policy/hash.js'
import type { Policy } from '../../policy/policy.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { policyFrom } from './source.js'

interface DiffOptions {
  readonly exitCode?: boolean
}

export function diffCommand(): Command {
  const command = newCommand('diff', 'Say whether one policy is stricter than another, and show where they differ.', {
    example: 'policy diff england-illustrative anytown.json',
    json:
      '{ before: hash, after: hash, relation, proved, bound: text | null, comparedBy, raises: difference | null, ' +
      'lowers: difference | null, changes: [{ path, change }] }, where a difference is { before: level, after: level, shortest, case }',
  })
    .argument('<before>', 'a policy: a file, or a name')
    .argument('<after>', 'the policy that is to replace it')
    .option('--exit-code', 'exit code 1 where the two differ, or may differ')
  return does<DiffOptions>(command, diff)
}

async function diff({ out }: Context, options: DiffOptions, first = '', second = ''): Promise<ExitCode> {
  const before = await policyFrom(first)
  const after = await policyFrom(second)
  const found = diffPolicies(before, after)
  const { relation, proved, bound, comparedBy, raises, lowers, changes } = found
  out.result(
    {
      before: toHex(policyHash(before)),
      after: toHex(policyHash(after)),
      relation,
      proved,
      bound: bound ?? null,
      comparedBy,
      raises: raises === undefined ? null : shown(raises),
      lowers: lowers === undefined ? null : shown(lowers),
      changes,
    },
    diffLines(before, after, found),
  )
  return options.exitCode === true && !(relation === 'equivalent' && proved) ? REJECTED : DONE
}

function shown(difference: Difference): object {
  const { before, after, shortest } = difference
  return { before, after, shortest, case: JSON.parse(pasteable(difference)) }
}

const RELATION_WORDS: Readonly<Record<PolicyDiff['relation'], string>> = {
  equivalent: 'finds the same',
  stricter: 'is stricter: it never gives a higher level, and somewhere a lower one',
  laxer: 'is laxer: it never gives a lower level, and somewhere a higher one',
  incomparable: 'is neither stricter nor laxer: it gives here a higher level, there a lower one',
}

function diffLines(before: Policy, after: Policy, found: PolicyDiff): readonly string[] {
  const { relation, proved, bound, comparedBy, raises, lowers, changes } = found
  return [
    `${nameOf(after)}, compared with ${nameOf(before)}, ${RELATION_WORDS[relation]}.`,
    proved ? 'Proved, or shown by a history.' : `Not proved: ${bound}.`,
    ...(comparedBy === 'threshold' ? ['Their levels differ, so what is compared is the thresholds of the law.'] : []),
    ...[raises, lowers].flatMap((difference) => (difference === undefined ? [] : differenceLines(difference))),
    ...changeLines(changes),
  ]
}

const CHANGES_SHOWN = 40

function changeLines(changes: PolicyDiff['changes']): readonly string[] {
  if (changes.length === 0) return []
  const left = changes.length - CHANGES_SHOWN
  return [
    '',
    'Changed in the document:',
    ...changes.slice(0, CHANGES_SHOWN).map(({ path, change }) => `  ${path}: ${change}`),
    ...(left > 0 ? [`  and ${left} more (--json lists them)`] : []),
  ]
}

function differenceLines(difference: Difference): readonly string[] {
  const { before, after, shortest } = difference
  const how = shortest ? 'No shorter history shows it.' : 'Nothing of it can be left out.'
  return ['', `From ${before} to ${after}, as a case for the cases file. ${how}`, ...pasteable(difference).split('\n')]
}

/** As a case of the policy that is to come. */
function pasteable(difference: Difference): string {
  const { before, after } = difference
  return caseOf(difference, after, `${before} before the change, ${after} after it`)
}

function nameOf({ id, version }: Policy): string {
  return `${id}, version ${version}`
}
