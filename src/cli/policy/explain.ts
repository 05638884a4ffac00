import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import { plural, when } from '../../page/words.js'
import { assess, NOTICE } from '../../policy/assess.js'
import { smallestAddition } from '../../policy/explain/addition.js'
import { reviewAt } from '../../policy/explain/review.js'
import { describePoints } from '../../policy/explain/words.js'
import { policyHash } from '../../policy/hash.js'
import type { AssessedCheck } from '../../policy/history.js'
import { levelsInWords } from '../../policy/page/rules.js'
import { levelRank, type Policy } from '../../policy/policy.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
import { asOfFrom, checkRows } from './checks.js'
import { explanationLines } from './explanation.js'
import { policyFrom } from './source.js'

interface ExplainFlags {
  readonly checks?: string
  readonly format?: string
  readonly asOf?: string
}

/** Of one child: far more than anybody can read, and few enough to be explained while somebody waits. */
const CHECKS_MAX = 2_000

export function explainCommand(): Command {
  const command = newCommand(
    'explain',
    'Say in English when a policy reaches its levels, or why checks do or do not.',
    {
      example: 'policy explain anytown.json --checks history.csv --as-of 2026-03-02',
      json:
        '{ policyHash, levels: [{ level, threshold, opens, meaning, rules: [{ path, depth, words }] }], points: [text], determination }; with ' +
        '--checks { policyHash, level, threshold, at, asOf, support: [id], explanation, words: [text], next: addition | null, reviewAt, notice }',
    },
  )
    .argument('<policy>', 'a file, or the name of a policy that comes with the package')
    .option('--checks <file>', 'CSV or NDJSON, all of one child: agency, kind, incident, indicators, occurred_at')
    .option('--format <format>', 'csv or ndjson, where the name of the file does not say it')
    .option('--as-of <instant>', 'a date, a date and time with an offset, or epoch milliseconds (default: now)')
  return does<ExplainFlags>(command, async (context, flags, given = '') => {
    const policy = await policyFrom(given)
    if (flags.checks !== undefined) return explainChecks(context, policy, flags, flags.checks)
    if (flags.asOf === undefined) return explainPolicy(context, policy)
    throw new IndexError('ERR_REQUEST_INVALID', 'an instant is for checks: give a file of them', { field: '--checks' })
  })
}

function explainPolicy({ out }: Context, policy: Policy): ExitCode {
  const levels = levelsInWords(policy)
  const points = describePoints(policy)
  const { determination, id, version, title, horizonDays } = policy
  out.result(
    {
      policyHash: toHex(policyHash(policy)),
      levels: levels.map(({ level: { name, threshold, opens }, ...rest }) => ({
        level: name,
        threshold,
        opens,
        ...rest,
      })),
      points,
      determination: determination ?? null,
    },
    [
      `${id}, version ${version}`,
      title,
      `A level is reached when its rule holds now, or held at a check of the last ${plural(horizonDays, 'day')}.`,
      ...levels
        .toReversed()
        .flatMap(({ level: { name }, meaning, rules }) => [
          '',
          `${name}: ${meaning}`,
          ...rules.map(({ path, depth, words }) => `${'  '.repeat(depth + 1)}${words}  [${path}]`),
        ]),
      '',
      ...points,
      ...(determination === undefined
        ? []
        : [`At ${determination.from}, ${determination.officers} officers may judge that ${determination.to} is met.`]),
      NOTICE,
    ],
  )
  return DONE
}

async function explainChecks(
  { out, signal }: Context,
  policy: Policy,
  { format, asOf: given }: ExplainFlags,
  path: string,
): Promise<ExitCode> {
  const asOf = asOfFrom(given)
  const checks = await checksOfOne(path, format, signal)
  const verdict = assess(policy, checks, asOf)
  const next = policy.levels[levelRank(policy, verdict.level)]
  const addition = next === undefined ? undefined : smallestAddition(policy, checks, asOf, next.name)
  const falls = reviewAt(policy, checks, asOf)
  const { level, threshold, at, support, explanation, notice } = verdict
  const words = explanationLines(policy, checks, verdict, addition === undefined ? [] : [addition])
  out.result(
    {
      policyHash: verdict.policyHash,
      level,
      threshold,
      at: at ?? null,
      asOf,
      support,
      explanation,
      words,
      next: addition ?? null,
      reviewAt: falls ?? null,
      notice,
    },
    [
      ...words,
      falls === undefined
        ? 'No level holds now.'
        : `If nothing comes in, the level that holds now falls on ${when(falls)}.`,
      notice,
    ],
  )
  return DONE
}

async function checksOfOne(
  path: string,
  format: string | undefined,
  signal: AbortSignal,
): Promise<readonly AssessedCheck[]> {
  const checks: AssessedCheck[] = []
  for await (const { check } of checkRows({ path, format, byChild: false, signal })) {
    if (checks.length === CHECKS_MAX) {
      throw new IndexError('ERR_FILE_INVALID', `more than ${CHECKS_MAX} checks: give those of one child`)
    }
    checks.push(check)
  }
  return checks
}
