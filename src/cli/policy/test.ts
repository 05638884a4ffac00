import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { plural } from '../../page/words.js'
import type { Case, Cases } from '../../policy/cases/cases.js'
import type { AtomCoverage } from '../../policy/cases/coverage.js'
import { rulesOf } from '../../policy/cases/rule-record.js'
import { type CaseResult, type CasesReport, runCases, type Unmet } from '../../policy/cases/run.js'
import { type PolicyMutant, policyMutants, survivingMutants } from '../../policy/diff/mutants.js'
import { describeRule, quantity } from '../../policy/explain/words.js'
import { policyHash } from '../../policy/hash.js'
import { measureOf, type Policy } from '../../policy/policy.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { explanationLines } from './explanation.js'
import { casesFrom, policyOfCases } from './source.js'

interface TestOptions {
  readonly policy?: string
  readonly mutants?: boolean
}

export function testCommand(): Command {
  const command = newCommand('test', 'Run the cases of a *.cases.json file, and say what they do not try.', {
    example: 'policy test anytown.cases.json',
    json:
      '{ policyHash, passed, failed, results: [{ name, passed, expected, level, unmet: [{ kind, path? }] }], ' +
      'coverage: { complete, levels: [{ level, expected }], atoms: [{ path, words, holds, fails, atBoundary, justBelow }] }, ' +
      'mutants?: { all, surviving: [{ id, path, change }] } }',
  })
    .argument('<file>', 'the cases, as JSON (see docs/policy.md)')
    .option('--policy <policy>', 'a file or a name, instead of the policy that the file names')
    .option('--mutants', 'also show which small mistakes in the policy no case would notice')
    .addHelpText('after', '\nExit code 1: a case failed.')
  return does<TestOptions>(command, test)
}

async function test({ out }: Context, options: TestOptions, file = ''): Promise<ExitCode> {
  const cases = await casesFrom(file)
  const policy = await policyOfCases(file, cases, options.policy)
  const report = runCases(policy, cases)
  // Which mistakes would be noticed can only be said of cases that are right.
  const mutants = options.mutants === true && report.failed === 0 ? mutantsOf(policy, cases) : undefined
  const { passed, failed, results, coverage } = report
  out.result(
    {
      policyHash: toHex(policyHash(policy)),
      passed,
      failed,
      results: results.map(({ verdict, ...rest }) => ({ ...rest, level: verdict.level })),
      coverage: {
        ...coverage,
        atoms: coverage.atoms.map(({ atom, ...rest }) => ({ ...rest, words: wordsOf(policy, atom) })),
      },
      ...(mutants === undefined
        ? {}
        : { mutants: { ...mutants, surviving: mutants.surviving.map(({ policy: _, ...rest }) => rest) } }),
    },
    [
      ...results.flatMap((result, index) => (result.passed ? [] : failureLines(policy, result, cases.cases[index]))),
      `${plural(results.length, 'case')} for ${policy.id}, version ${policy.version}: ${passed} passed, ${failed} failed`,
      ...coverageLines(policy, report),
      ...(mutants === undefined ? [] : mutantLines(mutants)),
    ],
  )
  return failed === 0 ? DONE : REJECTED
}

const UNMET_WORDS: Readonly<Record<Exclude<Unmet['kind'], 'level'>, string>> = {
  reason: 'should decide and does not',
  not: 'should not hold and does',
}

function failureLines(
  policy: Policy,
  { name, expected, verdict, unmet }: CaseResult,
  tried: Case | undefined,
): string[] {
  const rules = rulesOf(policy)
  return [
    `FAILED  ${name}`,
    ...unmet.map((one) => {
      if (one.kind === 'level') return `  expected ${expected}, came ${verdict.level}`
      const rule = rules.get(one.path)
      return `  ${UNMET_WORDS[one.kind]}: ${one.path}${rule === undefined ? '' : ` (${wordsOf(policy, rule)})`}`
    }),
    ...(tried === undefined ? [] : explanationLines(policy, tried.checks, verdict)).map((line) => `  ${line}`),
    '',
  ]
}

function coverageLines(policy: Policy, { coverage: { atoms, levels } }: CasesReport): string[] {
  const tried = atoms.filter(({ holds, fails }) => holds > 0 && fails > 0)
  const bounded = atoms.filter(({ atBoundary, justBelow }) => atBoundary > 0 && justBelow > 0)
  const expected = levels.filter((level) => level.expected > 0)
  return [
    `Of ${plural(atoms.length, 'atom')} ${tried.length} hold in one case and fail in another, ${bounded.length} are tried on both sides of their boundary.`,
    `Of ${plural(levels.length, 'level')} ${expected.length} are expected by a case.`,
    ...levels.filter((level) => level.expected === 0).map(({ level }) => `  no case expects ${level}`),
    ...atoms.flatMap((atom) => {
      const missing = missingOf(atom)
      return missing.length === 0 ? [] : [`  ${atom.path}: ${missing.join(', ')} (${wordsOf(policy, atom.atom)})`]
    }),
  ]
}

function missingOf({ atom, holds, fails, atBoundary, justBelow }: AtomCoverage): readonly string[] {
  const { atLeast } = measureOf(atom)
  return [
    ...(holds === 0 ? ['never holds'] : []),
    ...(fails === 0 ? ['never fails'] : []),
    ...(atBoundary === 0 && holds > 0 ? [`never comes to exactly ${quantity(atom, atLeast)}`] : []),
    ...(justBelow === 0 && fails > 0 ? [`never comes to exactly ${quantity(atom, atLeast - 1)}`] : []),
  ]
}

interface Mutants {
  readonly all: number
  readonly surviving: readonly PolicyMutant[]
}

function mutantsOf(policy: Policy, { cases }: Cases): Mutants {
  const examples = cases.map((each) => ({ ...each, level: each.expect.level }))
  return { all: policyMutants(policy).length, surviving: survivingMutants(policy, examples) }
}

/** Codes are many and weigh alike; rules, caps and decay are what a board argues about: they come one by one. */
function mutantLines({ all, surviving }: Mutants): string[] {
  const ofCodes = surviving.filter(({ path }) => /^(indicators|incidents)\b/.test(path))
  const others = surviving.filter((mutant) => !ofCodes.includes(mutant))
  return [
    `Of ${plural(all, 'small mistake')} in the policy ${all - surviving.length} would be noticed.`,
    ...others.map(({ change, path }) => `  not noticed: ${change} (${path})`),
    ...(ofCodes.length === 0
      ? []
      : [`  not noticed: ${ofCodes.length} in the weight, severity or flags of single codes (--json lists them)`]),
  ]
}

function wordsOf(policy: Policy, rule: Parameters<typeof describeRule>[1]): string {
  return describeRule(policy, rule, { codesMax: 3 })
}
