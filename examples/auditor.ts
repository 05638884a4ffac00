/**
 * For the auditor, who trusts a pin and nobody's word: what is imported here has no store, no key and no network.
 * Run: npx tsx examples/auditor.ts
 */
import {
  type ExportedEntry,
  journalTrust,
  rosterOf,
  verifyJournal,
  verifyNote,
  verifyRecorded,
} from 'child-index/verify'

const { pin, entries, headThen, headNow, receipts } = await handedOver()

// 1. Whom to believe: the roster's first version is pinned, and every later one must follow from it.
const roster = await rosterOf(entries, pin)
const trust = journalTrust(roster)
console.log(
  `roster version ${roster.version}; ${trust.quorum} of ${trust.cosigners.length} custodians must cosign a head`,
)

// 2. The journal: every entry recomputed, under today's head, and passing through the head that was kept last month.
const kept = verifyNote(headThen, trust).checkpoint
const journal = await verifyJournal(entries, { ...trust, note: headNow, earlier: [kept] })
for (const { ok, text } of journal.findings) console.log(`${ok ? 'good' : 'BAD '} ${text}`)
for (const text of journal.notVerified) console.log(`not verified: ${text}`)

// 3. Receipts: the hub signed them, and what they promise stands in the journal.
for (const { agency, receipt, evidence } of receipts) {
  const { verified, findings } = verifyRecorded(receipt, agency, evidence, roster)
  console.log(`receipt of ${agency}: ${verified ? 'recorded' : 'NOT recorded'}, by ${findings.length} findings`)
}
const [mine, theirs] = receipts
if (mine === undefined || theirs === undefined) throw new Error('the operator hands over two receipts')
const swapped = verifyRecorded(mine.receipt, mine.agency, theirs.evidence, roster)
console.log(`evidence of another check: ${swapped.findings.find(({ ok }) => !ok)?.text}`)

// 4. What an operator might try.
const altered = entries.map((entry) => (entry.position === 3 ? flipped(entry) : entry))
await attempt('one bit changed', altered, headNow)
await attempt(
  'one entry left out',
  entries.filter(({ position }) => position !== 3),
  headNow,
)
await attempt(
  'an old copy shown as the present',
  entries.slice(0, kept.size),
  headThen,
  verifyNote(headNow, trust).checkpoint,
)

async function attempt(what: string, shown: readonly ExportedEntry[], note: string, earlier = kept): Promise<void> {
  const { verified, findings } = await verifyJournal(shown, { ...trust, note, earlier: [earlier] })
  console.log(`${what}: ${verified ? 'not noticed' : findings.find(({ ok }) => !ok)?.text}`)
}

function flipped(entry: ExportedEntry): ExportedEntry {
  const body = Uint8Array.from(entry.body ?? [])
  body[body.length - 1] = (body[body.length - 1] ?? 0) ^ 1
  return { ...entry, body }
}

/** The operator's side: a hub at work, and what its auditor gets of it. None of it is secret but the receipts. */
async function handedOver() {
  const { createAgency, initHub, memoryStore, newPartyKey } = await import('child-index')
  await using hub = await initHub({ name: 'Anytown', store: memoryStore() })
  const receipts = []
  let headThen = ''
  for (const kind of ['education', 'health']) {
    const agency = createAgency({ id: kind, kind, key: await newPartyKey(), hub, neverIssuedNumbers: true })
    await hub.enrol(agency.enrolment())
    const child = { nhsNumber: '9990000018' }
    const check = { child, incident: 'first-known', occurredAt: Date.now(), reference: '2026/1', practitioner: 'any' }
    receipts.push({ agency: kind, receipt: await agency.check(check) })
    await hub.caughtUp()
    if (headThen === '') headThen = await hub.journal.head()
  }
  const proven = []
  for (const each of receipts) proven.push({ ...each, evidence: await hub.journal.check(each.receipt.position) })
  const headNow = await hub.journal.head()
  const entries: ExportedEntry[] = []
  for await (const entry of hub.journal.entries()) entries.push(entry)
  return { pin: hub.pin, entries, headThen, headNow, receipts: proven }
}
