/**
 * For a safeguarding board's engineer: try the board's thresholds on histories that nobody thought of, and find out
 * whether the board's own examples would notice a mistake.
 * Run: npx tsx examples/property-tests.ts
 */
import { type AssessedCheck, decideDisclosure, type Policy, parsePolicy } from 'child-index'
import {
  checkDisclosureLaws,
  checkLaws,
  goldenVectors,
  type LevelExample,
  policyMutants,
  referenceAssess,
  survivingMutants,
} from 'child-index/testing'

const DAY = 86_400_000
const today = Date.UTC(2026, 2, 31, 12)

// 1. The board's policy.
const policy = parsePolicy({
  id: 'anytown',
  version: 2,
  title: 'A small illustration',
  horizonDays: 60,
  indicators: {
    'EDU-ABSENT': { label: 'Often absent', domain: 'child', dimension: 'education', severity: 2, points: 20 },
    'HOME-COLD': { label: 'No heating', domain: 'family', dimension: 'housing', severity: 2, points: 15 },
    'HARM-TOLD': {
      label: 'The child tells of harm',
      domain: 'care',
      dimension: 'safety',
      severity: 4,
      points: 80,
      flags: ['significant-harm'],
    },
  },
  incidents: { contact: { label: 'Any contact', points: 0 } },
  caps: { perAgency: 40 },
  levels: [
    { name: 'review', threshold: 'none', opens: [], reachedWhen: { points: { atLeast: 35, withinDays: 30 } } },
    {
      name: 'child-protection',
      threshold: 'child-protection',
      opens: ['identity', 'carers'],
      reachedWhen: { count: { atLeast: 1, withinDays: 60, where: { flags: ['significant-harm'] } } },
    },
  ],
})

// 2. The laws, on random histories drawn from the policy's own codes, windows and caps. No test runner is needed; with
// one, `describeLaws(policy, { describe, test })` registers a test for each law. The seed makes this run repeatable.
const report = checkLaws(policy, { seed: 1 })
console.log(`${report.held} laws hold, ${report.failed} do not, ${report.notApplicable} do not apply`)
for (const { id, reason } of report.results.filter(({ outcome }) => outcome === 'not-applicable'))
  console.log(`  ${id}: ${reason}`)

// 3. An assessment of one's own is held to the same laws. This one forgets that checks can be withdrawn.
const forgetful = (of: Policy, checks: readonly AssessedCheck[], asOf: number) =>
  referenceAssess(
    of,
    checks.map(({ withdrawn: _, ...check }) => check),
    asOf,
  )
const [broken] = checkLaws(policy, { assess: forgetful, only: ['T11'], seed: 1 }).results
console.log(`${broken?.id} ${broken?.outcome}: ${broken?.rationale}`)
console.log(broken?.counterexample)

// 4. Would the board's own examples notice a changed number? Every mistake of one step is tried on them.
const examples: LevelExample[] = [
  { checks: [seen('school', 'EDU-ABSENT', 3), seen('housing', 'HOME-COLD', 5)], asOf: today, level: 'review' },
  { checks: [seen('hospital', 'HARM-TOLD', 1)], asOf: today, level: 'child-protection' },
]
const missed = survivingMutants(policy, examples)
console.log(`${missed.length} of ${policyMutants(policy).length} mistakes would go unnoticed, among them:`)
console.log(`  ${missed.find(({ path }) => path.includes('withinDays'))?.change}`)
examples.push({
  checks: [seen('school', 'EDU-ABSENT', 3), seen('housing', 'HOME-COLD', 33)],
  asOf: today,
  level: 'none',
})
console.log(`one more example, and ${survivingMutants(policy, examples).length} are left`)

// 5. Consent rules are few enough to try every question. This one asks the carer where the child should be asked.
const wrong = checkDisclosureLaws((request) =>
  decideDisclosure({ ...request, consent: { ...request.consent, childUnderstands: false } }),
)
for (const { id, reason } of wrong.results.filter(({ outcome }) => outcome === 'failed'))
  console.log(`${id}: ${reason}`)

// 6. Whoever writes an evaluator in another language can hold it to these.
console.log(`${goldenVectors.length} golden vectors, such as "${goldenVectors[8]?.name}"`)

function seen(agency: string, indicator: string, daysAgo: number): AssessedCheck {
  const id = `${agency}-${daysAgo}`
  const occurredAt = today - daysAgo * DAY
  return { id, agency, agencyKind: agency, incident: 'contact', indicators: [indicator], occurredAt }
}
