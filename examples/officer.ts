/**
 * For an officer of the management function: review by identifier only, open, read, refer.
 * Run: npx tsx examples/officer.ts
 */
import {
  type Agency,
  createAgency,
  createOfficer,
  createSealer,
  initHub,
  isIndexError,
  memoryStore,
  newPartyKey,
} from 'child-index'

const DAY = 86_400_000
const now = Date.now()
await using hub = await initHub({ name: 'Anytown', store: memoryStore() })
await prepare()

// An officer joins with an undertaking, training and vetting that are in date; out of date, the custodians refuse.
const standing = {
  person: 'P-104',
  undertakingAt: now - DAY,
  trainingUntil: now + 300 * DAY,
  vettingUntil: now + 300 * DAY,
}
const officer = createOfficer({ id: 'officer-1', key: await newPartyKey(), hub, ...standing })
await hub.enrol(officer.enrolment())

// 1. Cases are numbers and levels.
const [first] = await officer.cases({ status: 'new' })
if (first === undefined) throw new Error('no case was raised')
console.log(`case ${first.number}: ${first.level}`)

// 2. Review: what happened and when, seen by which kinds of agency. No name, no address, no agency.
const dossier = await officer.review(first.number)
for (const { agencyKind, indicators } of dossier.timeline)
  console.log(`  ${agencyKind}: ${indicators.map(({ label }) => label).join('; ')}`)
console.log(`  ${dossier.verdict.notice}`)

// 3. Take the case: that this officer needs to know is on record from now on. Without it nothing opens.
await officer.take(first.number)

// 4. Open what this level opens. The custodians check the evidence themselves; only this officer can read the result.
const why = { case: first.number, purpose: 'referral', lawfulBasis: 'public-task' } as const
const opening = await officer.open({ ...why, group: 'identity' })
console.log(`opened: ${opening.opened}, by ${opening.released.length} of 3 custodians`)
const { details } = await officer.read(opening.opening)
console.log(`  ${Object.keys(Object(details)).join(', ')}`)

// 5. The carers are another group, and child-in-need does not open it.
try {
  await officer.open({ ...why, group: 'carers' })
} catch (error) {
  if (isIndexError(error)) console.log(`carers: ${error.code}`)
  else throw error
}

// 6. Refer: the agency that must act gets what it needs, sealed to its key, with a deadline.
const socialCare = await enrolled('social-care')
const referral = await officer.refer({
  case: first.number,
  to: 'social-care',
  because: 'acts-on-referral',
  openings: [opening.opening],
})
for await (const received of socialCare.referrals()) {
  if (received.kind === 'unreadable') continue // sealed to an older key: ask the officer to send it again
  console.log(`referral ${received.referral}: ${received.threshold}, on the basis of ${received.lawfulBasis}`)
  await socialCare.decide(received.referral, 'assessment')
}
for await (const { number, status, outcome } of hub.referrals())
  console.log(`referral ${number} is ${status}: ${outcome}`)
if (referral.decisionDueAt <= now) throw new Error('the deadline must lie ahead')

/** What happened before: a child was registered, and two agencies submitted checks. */
async function prepare(): Promise<void> {
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  await hub.enrol(births.enrolment())
  const carers = [{ name: 'Grace Okafor', relationship: 'mother' }]
  const amina = {
    givenNames: 'Amina',
    familyName: 'Okafor',
    dateOfBirth: '2019-03-04',
    nhsNumber: '9990000018',
    carers,
  }
  await births.register(amina, { neverIssuedNumbers: true })
  const child = { nhsNumber: '9990000018' }
  const common = { child, reference: '2026/1', practitioner: 'any' }
  const [school, clinic] = [await enrolled('education'), await enrolled('health')]
  await school.check({ ...common, occurredAt: now - DAY, incident: 'school-absence', indicators: ['EDU-3-ABS'] })
  await clinic.check({ ...common, occurredAt: now, incident: 'missed-health-contact', indicators: ['HEA-3-APPT'] })
}

async function enrolled(kind: string): Promise<Agency> {
  const agency = createAgency({ id: kind, kind, key: await newPartyKey(), hub, neverIssuedNumbers: true })
  await hub.enrol(agency.enrolment())
  return agency
}
