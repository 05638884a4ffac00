/**
 * For whoever builds the index into a police, health, school or housing system.
 * Run: npx tsx examples/agency-developer.ts
 */
import { createSealer, initHub, memoryStore } from 'child-index'
import { createAgency, isIndexError, newPartyKey, RECEIPT_NOTICE } from 'child-index/agency'

// The hub is somebody else's. Here it lives in this process, with one registered child, so that the program can run.
await using hub = await initHub({ name: 'Anytown', store: memoryStore() })
const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
await hub.enrol(births.enrolment())
const amina = { givenNames: 'Amina', familyName: 'Okafor', dateOfBirth: '2019-03-04', nhsNumber: '999 000 0018' }
await births.register(amina, { neverIssuedNumbers: true })

// 1. Join: the key is made here and stays here; the hub's operator gets the enrolment. Test numbers are taken only because we ask.
const school = createAgency({
  id: 'hill-school',
  kind: 'education',
  key: await newPartyKey(),
  hub,
  neverIssuedNumbers: true,
})
await hub.enrol(school.enrolment())

// 2. Submit a check. The receipt says whether the index has a record of the child, and nothing else.
const check = {
  child: { nhsNumber: '999 000 0018' },
  incident: 'school-absence',
  indicators: ['EDU-2-PUNCT'],
  occurredAt: Date.now(),
  reference: 'ATT/2026/0117',
  practitioner: 'j.smith',
}
const receipt = await school.check(check)
console.log(`first check: ${receipt.known}`)
console.log(RECEIPT_NOTICE)

// 3. The line was bad and the system sends again: the same reference is the same check.
const again = await school.check(check)
console.log(`sent again: ${again.checkId === receipt.checkId ? 'the same check' : 'a second check'}`)

// 4. A child that nobody registered: the hub opens an enquiry, which comes back to this agency by its own reference.
const stranger = { givenNames: 'Tomasz', familyName: 'Wilk', dateOfBirth: '2017-05-06', postcode: 'NX4 2AB' }
const unknown = await school.check({
  ...check,
  child: { details: stranger },
  incident: 'first-known',
  indicators: [],
  reference: 'ADM/1',
})
await hub.caughtUp()
for await (const { reference, questions } of school.enquiries())
  console.log(`${unknown.known}: an enquiry on ${reference} is open, ${questions.length} questions asked`)

// 5. An id for the telephone: nine groups, a check letter, and of use to no other agency.
const { agencyChildId } = await school.identify({ nhsNumber: '999 000 0018' }, 'j.smith')
console.log(`child id here: ${agencyChildId.replace(/[0-9A-Z]/g, 'x')}`)

// 6. Many at once, under one signature: an outcome for each row. A refusal names the field and never what stood in it.
const rows = ['ATT/1', 'ATT/2', 'ATT/3'].map((reference) => ({ ...check, child: { agencyChildId }, reference }))
const outcomes = await school.checkAll([
  ...rows,
  { ...check, child: { nhsNumber: '999 000 0019' }, reference: 'ATT/4' },
])
for (const outcome of outcomes)
  console.log(outcome.kind === 'recorded' ? 'recorded' : `${outcome.code} ${outcome.message}`)

// 7. A mistake: the check no longer counts; that it existed stays on record.
await school.withdraw('ATT/3', 'entered-in-error')
try {
  await school.check({ ...check, child: { agencyChildId }, indicators: [], reference: 'ATT/2' })
} catch (error) {
  if (isIndexError(error, 'ERR_REFERENCE_CONFLICT')) console.log('another check has this reference: send a correction')
  else throw error
}
