/** A line of code that an attack runs into, and the test that must fail once it is gone. */
export interface Defence {
  readonly attack: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  /** The same without the defence. */
  readonly replace: string
  readonly test: string
  /** Part of the test's full name. */
  readonly name: string
}

const RELEASE = 'tests/custodian/release.test.ts'
const CHECKS = 'src/custodian/verify-checks.ts'
const VERIFY = 'src/custodian/verify-release.ts'

/** A rule of `refusalOf` that holds whatever the evidence is. */
function unasked(
  attack: string,
  file: string,
  condition: string,
  reason: string,
  name: string,
  test: string = RELEASE,
): Defence {
  return { attack, file, find: `unless(${condition}, '${reason}')`, replace: `unless(true, '${reason}')`, test, name }
}

export const DEFENCES: readonly Defence[] = [
  // what a custodian asks of checks
  unasked(
    'a forged check',
    CHECKS,
    'equalBytes(batch.hub, known.hub) && batchIsSignedBy(batch, agency.keys.signing)',
    'check-not-signed',
    'a batch signed by somebody else',
  ),
  unasked(
    'an altered check',
    CHECKS,
    'stands',
    'check-not-proven',
    'a check whose bytes differ from those in its batch',
  ),
  unasked(
    'a check replayed to another hub',
    CHECKS,
    'equalBytes(check.hub, known.hub) && check.agency === batch.agency',
    'check-not-signed',
    'a check for another hub in a batch for this one',
  ),
  unasked(
    'a check that was made up after the request',
    CHECKS,
    'shown.entry.position < message.requestEntry.position',
    'check-after-request',
    'check-after-request',
  ),
  unasked(
    'a withheld withdrawal',
    CHECKS,
    '!known.withdrawn.has(withdrawnName({ agency: check.agency, checkId: id }))',
    'check-withdrawn',
    'a check whose withdrawal the hub hides',
  ),
  unasked(
    'a check multiplied by retries',
    CHECKS,
    '!references.has(reference)',
    'check-counted-twice',
    'two checks under one reference',
  ),
  unasked(
    'a check multiplied over two epochs',
    CHECKS,
    '!references.has(reference)',
    'check-counted-twice',
    'in two epochs',
    'tests/attacks/multiplied.test.ts',
  ),
  unasked(
    'a suspended agency’s check',
    CHECKS,
    'agency !== undefined && !agency.suspended',
    'check-of-suspended-agency',
    'an agency suspended just before its check',
  ),
  unasked(
    'checks of several children mixed',
    CHECKS,
    'countsFrom !== undefined',
    'check-of-another-child',
    'a check on another child',
  ),
  unasked(
    'an identifier key of the hub’s own making',
    CHECKS,
    'isFixedKey',
    'check-of-another-child',
    'an id that a lying hub gave out',
    'tests/attacks/look-up.test.ts',
  ),
  {
    attack: 'a row that the hub refused',
    file: CHECKS,
    find: 'accepted[index] === true && ',
    replace: '',
    test: RELEASE,
    name: 'a row that the hub had refused',
  },

  // what a custodian asks of the request
  unasked(
    'another time than the custodian’s',
    VERIFY,
    'Math.abs(request.at - now) <= CLOCK_MS',
    'clock-apart',
    'a request of more than ten minutes ago',
  ),
  unasked(
    'an expired request',
    VERIFY,
    'request.expiry > now && request.expiry <= request.at + OPENING_MS_MAX',
    'request-expired',
    'a request that expires now',
  ),
  unasked(
    'an undertaking, training or vetting that is not in date',
    VERIFY,
    'officer !== undefined && inGoodStanding(officer, now) && opens(officer)',
    'officer-not-in-standing',
    'training that ended',
  ),
  unasked(
    'a framed officer; an officer key substituted',
    VERIFY,
    'requestIsSignedBy(hub, signed, officer.keys.signing)',
    'request-not-signed',
    'a request signed with another officer’s key',
  ),
  unasked(
    'a policy swapped',
    VERIFY,
    'policyInForce(roster, request.policyHash, request.at)',
    'policy-not-in-force',
    'a policy that the roster does not know',
  ),
  unasked(
    'another policy under the approved hash',
    VERIFY,
    'toHex(sha256(evidence.policy)) === request.policyHash',
    'policy-not-in-force',
    'another policy under the hash of the approved one',
  ),
  unasked(
    'a policy hash that was not approved',
    VERIFY,
    'approves(request.policyHash)',
    'policy-not-approved',
    'that others approved opens nothing at a custodian whose controller did not',
    'tests/custodian/approvals.test.ts',
  ),
  unasked(
    'evidence altered after it was signed for',
    VERIFY,
    'equalBytes(evidenceHash(salt, evidence), request.evidenceHash)',
    'evidence-does-not-match',
    'evidence of which anything was altered',
  ),
  unasked(
    'an opening without its journal entry',
    VERIFY,
    "entry?.type === 'opening' && equalBytes(entry.body, expected)",
    'request-not-journalled',
    'another request in the journal',
  ),
  unasked(
    'a record moved to another child, group or keyset',
    VERIFY,
    'journalled && fits && equalBytes(hash, request.recordHash)',
    'record-does-not-match',
    'a request for another record',
  ),
  unasked(
    'a forked journal at a release',
    VERIFY,
    'continues',
    'journal-inconsistent',
    'a fork: the same size with another root',
  ),
  unasked(
    'a head without a quorum',
    VERIFY,
    'head !== undefined',
    'checkpoint-not-cosigned',
    'checkpoint-not-cosigned',
  ),
  unasked(
    'below the threshold',
    VERIFY,
    "reached !== undefined && reached.threshold !== 'none'",
    'threshold-not-reached',
    'checks that amount to a review',
  ),
  unasked(
    'a group that the level does not open',
    VERIFY,
    'reached.opens.includes(request.group)',
    'group-not-opened-by-level',
    'carers at the level of a child in need',
  ),
  unasked(
    'a split roster',
    VERIFY,
    'known.isRosterProven',
    'roster-not-proven',
    'split view: a suspension',
    'tests/custodian/roster-proofs.test.ts',
  ),
  unasked(
    'more evidence than is looked at',
    VERIFY,
    'isSmall',
    'evidence-too-large',
    'more checks than a custodian takes',
  ),
  {
    attack: 'an opening id reused',
    file: 'src/custodian/release.ts',
    find: 'if (before !== undefined && !equalBytes(before.requestHash, hash))',
    replace: 'if (false)',
    test: RELEASE,
    name: 'opening-used-before',
  },
  {
    attack: 'a restored custodian',
    file: 'src/custodian/release.ts',
    find: 'if (desk.memory().locked !== undefined)',
    replace: 'if (false)',
    test: 'tests/custodian/restore.test.ts',
    name: 'releases, cosigns and activates nothing',
  },

  // determinations
  ...(
    [
      ['a determination moved to another case', 'each.case === facts.case', 'one on another case'],
      [
        'a determination moved to another child’s checks',
        'each.checkIds.every((id) => facts.checkIds.has(id))',
        'one on other checks',
      ],
      [
        'an officer framed by a determination',
        'determinationIsSignedBy(facts.hub, each, officer.keys.signing)',
        'one changed after it was signed',
      ],
      ['the recipient’s own word', 'officer.person !== recipient', 'one of them the recipient'],
      ['a determination that expired', 'facts.at < each.expiry', 'one expired'],
      ['a disagreement counted as an agreement', "each.finding === 'met'", 'two that found it not met'],
      ['the word of an officer who works no cases', 'opens(officer)', 'one of an officer who works no cases'],
      [
        'a determination brought out again that was taken back',
        'each.at > (withdrawnUntil.get(officer.person) ?? -1)',
        'a hub that brings it out again is refused by every custodian',
      ],
    ] as const
  ).map(([attack, find, name]) => ({
    attack,
    file: 'src/case/determined-level.ts',
    find,
    replace: 'true',
    test: 'tests/custodian/determination.test.ts',
    name,
  })),

  // links
  unasked(
    'a link that the hub made alone',
    'src/custodian/verify-links.ts',
    'persons !== undefined',
    'link-not-signed',
    'the hub alone links nothing',
    'tests/custodian/links.test.ts',
  ),
  unasked(
    'a link by the recipient',
    'src/custodian/verify-links.ts',
    'recipient !== undefined && !persons.includes(recipient)',
    'link-by-recipient',
    'the hub alone links nothing',
    'tests/custodian/links.test.ts',
  ),

  // heads
  {
    attack: 'a forked or truncated journal; a split view',
    file: 'src/custodian/heads.ts',
    find: 'if (!verifyConsistency(lastSeen, head, proof))',
    replace: 'if (false)',
    test: 'tests/attacks/split-view.test.ts',
    name: 'a split view',
  },
  {
    attack: 'a hub rolled back to a backup',
    file: 'src/hub/custodians/checkpoints.ts',
    find: 'if (!same)',
    replace: 'if (false)',
    test: 'tests/hub/folder.test.ts',
    name: 'is found out when the hub opens',
  },
  {
    attack: 'an inner node offered as a leaf',
    file: 'src/journal/merkle.ts',
    find: 'const LEAF = Uint8Array.of(0x00)',
    replace: 'const LEAF = Uint8Array.of(0x01)',
    test: 'tests/attacks/split-view.test.ts',
    name: 'an inner node of the tree is no entry',
  },
  {
    attack: 'a message at another time',
    file: 'src/port.ts',
    find: 'Math.abs(message.at - now) > SKEW_MS || ',
    replace: '',
    test: 'tests/attacks/split-view.test.ts',
    name: 'clocks apart',
  },

  // the sealed record, and reading it
  {
    attack: 'below threshold with fewer custodians than the quorum',
    file: 'src/seal/open.ts',
    find: 'if (good.length < Math.max(quorum, 2)) {',
    replace: 'if (good.length < Math.max(quorum, 0)) {',
    test: 'tests/attacks/below-threshold.test.ts',
    name: 'open nothing',
  },
  {
    attack: 'a body under another key',
    file: 'src/seal/open.ts',
    find: 'if (equalBytes(keyCommitment(dek, label), record.commitment)) return dek',
    replace: 'return dek',
    test: 'tests/seal/seal.test.ts',
    name: '',
  },
  {
    attack: 'a share swapped',
    file: 'src/seal/open.ts',
    find: 'const isGood = sealed !== undefined && equalBytes(shareHash(label, custodian, share), sealed.shareHash)',
    replace: 'const isGood = sealed !== undefined',
    test: 'tests/seal/seal.test.ts',
    name: 'one among three is named',
  },
  {
    attack: 'a share for one officer replayed to another',
    file: 'src/case/answer.ts',
    find: ' &&\n    equalBytes(answer.requestHash, requestHash(hub, request))',
    replace: '',
    test: 'tests/custodian/emergency.test.ts',
    name: 'an answer to another request',
  },
  {
    attack: 'another record or request handed to the officer',
    file: 'src/officer/read.ts',
    find: 'const isOwn = isSigned && equalBytes(request.opening, fromHex(opening))',
    replace: 'const isOwn = true',
    test: 'tests/attacks/shares.test.ts',
    name: 'shares that were released to one officer',
  },
  {
    attack: 'a lying custodian',
    file: 'src/case/answer.ts',
    find: 'isTheirs && answerIsSignedBy(hub, answer, party.keys.signing) ? answer : undefined',
    replace: 'isTheirs ? answer : undefined',
    test: 'tests/custodian/emergency.test.ts',
    name: 'an answer that another key signed',
  },

  // what auditors and agencies see
  {
    attack: 'a hub that lies at look-up',
    file: 'src/check/identification.ts',
    find: 'batchIsSignedBy(',
    replace: '((..._: unknown[]) => true)(',
    test: 'tests/check/identification.test.ts',
    name: 'an agency can prove',
  },
  {
    attack: 'an officer framed by a view',
    file: 'src/verify/signed-words.ts',
    find: 'const isOwn = messageIsSignedBy(message, place.hub, officer.keys.signing)',
    replace: 'const isOwn = true',
    test: 'tests/verify/lies.test.ts',
    name: 'a view that frames an officer',
  },
  {
    attack: 'one view written down twice',
    file: 'src/verify/signed-words.ts',
    find: '!docket.asked.has(once)',
    replace: 'true',
    test: 'tests/verify/lies.test.ts',
    name: 'a view that is written down twice',
  },
  {
    attack: 'an officer framed by a closing',
    file: 'src/verify/signed-words.ts',
    find: 'const isOwn = messageIsSignedBy(message, place.hub, officer.keys.signing)',
    replace: 'const isOwn = true',
    test: 'tests/verify/lies.test.ts',
    name: 'a closing that frames an officer',
  },
  {
    attack: 'an officer framed by an opening',
    file: 'src/verify/openings.ts',
    find: 'const isOwn = requestIsSignedBy(place.hub, signed, officer.keys.signing)',
    replace: 'const isOwn = true',
    test: 'tests/verify/lies.test.ts',
    name: 'an opening that its officer did not sign',
  },

  // the roster
  {
    attack: 'an agency enrolled by the hub alone',
    file: 'src/roster/signatures.ts',
    find: '>= current.keyset.quorum',
    replace: '>= 0',
    test: 'tests/roster/change.test.ts',
    name: 'takes a quorum',
  },
  {
    attack: 'an agency that no controller approved',
    file: 'src/custodian/rosters.ts',
    find: 'await requireApproved(desk, next, body)',
    replace: '',
    test: 'tests/custodian/approvals.test.ts',
    name: 'an agency enrolled by the hub alone',
  },

  // bad input
  {
    attack: 'JSON that is not canonical',
    file: 'src/json.ts',
    find: 'if (spelt(value, names) !== text)',
    replace: 'if (false)',
    test: 'tests/ground/json.test.ts',
    name: '',
  },
  {
    attack: 'JSON nested too deeply',
    file: 'src/json.ts',
    find: "if (depth >= DEPTH_MAX) throw new IndexError('ERR_MESSAGE_MALFORMED', 'JSON is nested too deeply')",
    replace: '',
    test: 'tests/ground/json.test.ts',
    name: 'levels',
  },
  {
    attack: 'a name said back to whoever asked',
    file: 'src/hub/lists.ts',
    find: 'if (!custodiansOf(roster(hub)).some(({ id }) => id === to))',
    replace: 'if (false)',
    test: 'tests/attacks/bad-input.test.ts',
    name: 'a relay',
  },
]
