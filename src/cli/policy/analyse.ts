import type { Command } from 'commander'
import { plural } from '../../page/words.js'
import { type AcceptedFindings, parseAccepted, unaccepted } from '../../policy/analyse/accepted.js'
import { type Analysis, analyse, type LevelFacts } from '../../policy/analyse/analyse.js'
import type { Finding } from '../../policy/analyse/finding.js'
import type { TriggerSets } from '../../policy/analyse/triggers.js'
import { assess } from '../../policy/assess.js'
import { caseOf } from '../../policy/cases/write.js'
import { acceptedOf, isPolicyName } from '../../policy/named.js'
import { codesText, minimumText } from '../../policy/page/analysis.js'
import { policyPage } from '../../policy/page/page.js'
import type { Policy } from '../../policy/policy.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { smallText } from '../mapping.js'
import { columns } from '../output.js'
import { policyFrom } from './source.js'
import { writeNew } from './write-new.js'

interface AnalyseFlags {
  readonly accepted?: string
  readonly circumstances?: string
  readonly html?: string
}

export function analyseCommand(): Command {
  const command = newCommand(
    'analyse',
    'Look for what nobody meant in a policy, each time with a history that shows it.',
    {
      example: 'policy analyse anytown.json --accepted anytown.accepted.json --html anytown.html',
      json:
        '{ policyHash, levels, triggers, fairness, certificate, findings: [{ id, analysis, severity, text, level?, path?, example?, bound?, ' +
        'accepted: reason | null }], limits, open }',
    },
  )
    .argument('<policy>', 'a file, or the name of a policy that comes with the package')
    .option(
      '--accepted <file>',
      'JSON: { policyHash, accepted: [{ id, reason }] }; a policy of the package brings its own',
    )
    .option('--circumstances <dimensions>', 'dimensions that are circumstances of a family, parted by commas')
    .option('--html <file>', 'write the policy and its analysis as a page; must not exist')
    .addHelpText('after', '\nExit code 1: there are findings that nobody has accepted.')
  return does<AnalyseFlags>(command, analyseWith)
}

async function analyseWith({ out }: Context, flags: AnalyseFlags, given = ''): Promise<ExitCode> {
  const policy = await policyFrom(given)
  const accepted = await acceptedFrom(flags.accepted, given)
  const circumstances = flags.circumstances?.split(/[,\s]+/).filter((dimension) => dimension !== '')
  const analysis = analyse(policy, circumstances === undefined ? {} : { circumstances })
  const open = accepted === undefined ? analysis.findings : unaccepted(analysis, accepted)
  if (flags.html !== undefined) {
    const page = policyPage(policy, { analysis, ...(accepted === undefined ? {} : { accepted }) })
    await writeNew(flags.html, page, '--html')
  }
  const reasons = new Map(accepted?.accepted.map(({ id, reason }) => [id, reason]))
  const findings = analysis.findings.map((finding) => ({
    ...finding,
    accepted: open.includes(finding) ? null : (reasons.get(finding.id) ?? null),
  }))
  out.result({ ...analysis, findings, open: open.length }, [
    ...open.flatMap((finding) => findingLines(policy, finding)),
    ...findings.flatMap(({ id, accepted: reason }) => (reason === null ? [] : [`accepted  ${id}: ${reason}`])),
    ...analysis.limits,
    `${policy.id}, version ${policy.version}: ${plural(open.length, 'finding')} open, ${findings.length - open.length} accepted`,
    ...staleLines(analysis, accepted),
    '',
    ...minimumLines(analysis.levels),
    ...analysis.fairness.map(
      ({ of, reach }) => `By nothing but ${of.replaceAll('-', ' ')}, however many checks: ${reach}`,
    ),
    ...analysis.triggers.flatMap(triggerLines),
    ...(flags.html === undefined ? [] : ['', `Wrote ${flags.html}`]),
  ])
  return open.length === 0 ? DONE : REJECTED
}

const ACCEPTED_BYTES_MAX = 1024 * 1024

/** Those of the file, or those that come with the policy. */
async function acceptedFrom(file: string | undefined, policy: string): Promise<AcceptedFindings | undefined> {
  if (file === undefined) return isPolicyName(policy) ? acceptedOf(policy) : undefined
  return parseAccepted(await smallText(file, ACCEPTED_BYTES_MAX, 'the file of accepted findings'))
}

function findingLines(policy: Policy, { id, severity, text, path, bound, example }: Finding): readonly string[] {
  return [
    `${severity.padEnd(8)}  ${id}`,
    `  ${text}`,
    ...(path === undefined ? [] : [`  at ${path}`]),
    ...(bound === undefined ? [] : [`  ${bound}`]),
    ...(example === undefined
      ? []
      : [
          '  shown by this case:',
          ...caseOf(example, assess(policy, example.checks, example.asOf).level, id)
            .split('\n')
            .map((line) => `  ${line}`),
        ]),
    '',
  ]
}

/** Whoever accepted something else should hear of it. */
function staleLines({ policyHash, findings }: Analysis, accepted: AcceptedFindings | undefined): readonly string[] {
  if (accepted === undefined) return []
  if (accepted.policyHash !== policyHash) return ['The accepted findings are of another policy: look at them again.']
  const found = new Set(findings.map(({ id }) => id))
  return accepted.accepted.filter(({ id }) => !found.has(id)).map(({ id }) => `Accepted, and no longer found: ${id}`)
}

function minimumLines(levels: readonly LevelFacts[]): readonly string[] {
  const row = (...[name = '', ...cells]: readonly string[]): string =>
    columns([name, 24], ...cells.map((cell) => [cell, 10] as const))
  return [
    row('At least', 'checks', 'agencies', 'kinds', 'days', 'dimensions'),
    ...levels.toReversed().map(({ name, minimums, oneAgencyAlone }) => {
      if (minimums === undefined) return row(name, 'cannot be reached')
      const { checks, agencies, agencyKinds, days, dimensions } = minimums
      const alone = oneAgencyAlone === undefined ? [] : ['one agency alone can reach it']
      return row(name, ...[checks, agencies, agencyKinds, days, dimensions].map(minimumText), ...alone)
    }),
  ]
}

const SETS_SHOWN = 12

function triggerLines({ level, upTo, sets }: TriggerSets): readonly string[] {
  const more = sets.length - SETS_SHOWN
  return [
    '',
    `What reaches ${level}, by up to ${plural(upTo, 'check')} of one code each:`,
    ...sets.slice(0, SETS_SHOWN).map(({ codes, agencies, days, ways }) => {
      const spread = `${agencies === 1 ? '1 agency' : `${agencies} agencies`}, ${plural(days, 'day')}`
      return `  ${codes.map(codesText).join('  +  ')}  (${spread}; ${plural(ways, 'way')})`
    }),
    ...(sets.length === 0 ? ['  nothing'] : []),
    ...(more > 0 ? [`  and ${more} more (--json and --html list them)`] : []),
  ]
}
