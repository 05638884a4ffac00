/**
 * For a safeguarding board: write a policy, try it on histories, see why it says what it says.
 * Run: npx tsx examples/policy-owner.ts
 */
import { type AssessedCheck, assess, isIndexError, type Policy, parsePolicy, policyHash } from 'child-index'

const DAY = 86_400_000
const today = Date.UTC(2026, 2, 31, 12)

// 1. A policy is a document. These weights are an illustration: whoever uses a policy signs it off with their partners.
const draft = {
  id: 'anytown',
  version: 1,
  title: 'A small illustration',
  horizonDays: 365,
  indicators: {
    'EDU-ABSENT': {
      label: 'Often absent from school',
      domain: 'child',
      dimension: 'education',
      severity: 2,
      points: 20,
    },
    'HOME-COLD': { label: 'No heating at home', domain: 'family', dimension: 'housing', severity: 2, points: 20 },
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
    { name: 'review', threshold: 'none', reachedWhen: { points: { atLeast: 20, withinDays: 90 } }, opens: [] },
    {
      name: 'child-in-need',
      threshold: 'child-in-need',
      reachedWhen: {
        all: [
          { points: { atLeast: 60, withinDays: 180 } },
          { distinct: { of: 'agency', atLeast: 2, withinDays: 180 } },
        ],
      },
      opens: ['identity'],
    },
    {
      name: 'child-protection',
      threshold: 'child-protection',
      reachedWhen: { count: { atLeast: 1, withinDays: 365, where: { flags: ['significant-harm'] } } },
      opens: ['identity', 'carers'],
    },
  ],
}
const policy = parsePolicy(draft)
console.log(`policy ${name(policy)}`)

// 2. Histories that the board wants to be sure of.
const school = seen('school', 'education', ['EDU-ABSENT'], 10)
const histories: Readonly<Record<string, readonly AssessedCheck[]>> = {
  'one absence': [school],
  'the school alone, four times': [
    school,
    ...[20, 30, 40].map((days) => seen('school', 'education', ['EDU-ABSENT'], days)),
  ],
  'school and housing': [
    school,
    seen('school', 'education', ['EDU-ABSENT'], 20),
    seen('council', 'housing', ['HOME-COLD'], 15),
  ],
  'the child tells of harm': [seen('hospital', 'health', ['HARM-TOLD'], 1)],
}
for (const [what, checks] of Object.entries(histories)) console.log(`${what}: ${assess(policy, checks, today).level}`)

// 3. Why not? How far each part of the rule is from holding, and what was left out.
const { explanation, notice } = assess(policy, histories['the school alone, four times'] ?? [], today)
const inNeed = explanation.find(({ level }) => level === 'child-in-need')
if (inNeed?.rule.kind === 'connective')
  for (const part of inNeed.rule.members)
    if (part.kind === 'atom') console.log(`  ${part.path}: ${part.value}, short by ${part.shortfall}`)
console.log(`  ${notice}`)

// 4. Change a number, and it is another policy: the hash names every word of it, and the roster approves hashes.
const alone = { ...draft.levels[1], reachedWhen: { points: { atLeast: 40, withinDays: 180 } } }
const lower = parsePolicy({ ...draft, version: 2, levels: [draft.levels[0], alone, draft.levels[2]] })
console.log(`policy ${name(lower)}`)
for (const [what, checks] of Object.entries(histories)) {
  const [before, after] = [assess(policy, checks, today).level, assess(lower, checks, today).level]
  if (before !== after) console.log(`${what}: ${before} becomes ${after}`)
}

// 5. A policy that would open a child's details on no checks at all is not accepted.
const careless = { ...draft, levels: [{ ...draft.levels[2], reachedWhen: { all: [] } }] }
try {
  parsePolicy(careless)
} catch (error) {
  if (isIndexError(error)) console.log(`refused: ${error.field}`)
  else throw error
}

function seen(agency: string, agencyKind: string, indicators: readonly string[], daysAgo: number): AssessedCheck {
  const id = `${agency}-${daysAgo}`
  return { id, agency, agencyKind, incident: 'contact', indicators, occurredAt: today - daysAgo * DAY }
}

function name(named: Policy): string {
  return `${named.id} ${named.version}, ${Buffer.from(policyHash(named)).toString('hex').slice(0, 12)}`
}
