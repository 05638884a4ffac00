import { presentRoster } from '../roster/history.js'
import { listCases } from './cases/case-lists.js'
import { listDeadlines, remind } from './cases/deadlines.js'
import { dossier } from './cases/review.js'
import { adoptPolicy } from './checks/adopt-policy.js'
import type { Assessor } from './checks/assessor.js'
import { listHistories, replay } from './checks/histories.js'
import { adoptedPolicies } from './checks/policies.js'
import { rotateEpoch } from './children/epochs.js'
import { lookups, retireLookups } from './children/lookup-rotation.js'
import type { HubContext } from './context.js'
import { checkpoint } from './custodians/checkpoints.js'
import { rewrapShares, shareCounts } from './custodians/rewrap.js'
import { unlockCustodian } from './custodians/unlock.js'
import { listEnquiries } from './enquiries/enquiries-list.js'
import { eraseCheck, eraseChildOfCase } from './erasure/erase.js'
import { eraseNoted } from './erasure/erase-noted.js'
import { figures } from './figures/figures.js'
import { exportBundle } from './journal/export-bundle.js'
import { checkEvidence, exportEntries } from './journal/exports.js'
import { verifyStored } from './journal/verify-stored.js'
import { listDuplicates } from './links/duplicate-list.js'
import type { OpenHubOptions } from './open-context.js'
import type { Hub } from './operator.js'
import { listReferrals } from './referrals/referral-list.js'
import { enrolParties, makeKeyset, reinstateParty, replaceParty, suspendParty } from './roster/change-roster.js'
import type { Follow } from './roster/enrolment.js'
import { activateProposed } from './roster/enrolment.js'
import { recordsOfFormerKeysets } from './roster/keysets.js'
import { reachOfCustodians, statusOf } from './status.js'
import { listAlerts } from './watch/alert-desk.js'

/** What whoever operates a hub does with it: one line per method of `Hub`. */
export function operations(
  hub: HubContext,
  assessor: Assessor,
  {
    follow,
    custodiansApart,
  }: {
    readonly follow: Follow
    readonly custodiansApart: OpenHubOptions['custodiansApart']
  },
): Omit<Hub, 'id' | 'name' | 'pin' | 'send' | 'close' | typeof Symbol.asyncDispose> {
  const { assess, assessSoon } = assessor
  return {
    enrol: (enrolments, change = {}) => enrolParties(hub, enrolments, change, follow),
    replace: (replacement, change = {}) => replaceParty(hub, replacement, change, follow),
    suspend: (id) => suspendParty(hub, id, follow),
    reinstate: (id, change = {}) => reinstateParty(hub, id, change, follow),
    makeKeyset: (keyset) => makeKeyset(hub, keyset, follow),
    rewrap: (rewrapping = {}) => rewrapShares(hub, rewrapping),
    shareCounts: () => shareCounts(hub),
    formerKeysetRecords: () => recordsOfFormerKeysets(hub),
    rotateEpoch: (rotation = {}) => rotateEpoch(hub, rotation, follow),
    unlock: (custodian) => unlockCustodian(hub, custodian),
    activate: () => activateProposed(hub, follow).finally(assessSoon),
    eraseCheck: (position, reason) => eraseCheck(hub, position, reason, assess),
    eraseChildOfCase: (number, reason) => eraseChildOfCase(hub, number, reason, assess),
    eraseNoted: () => eraseNoted(hub, assess),
    lookups: () => lookups(hub),
    custodiansWithout: (generation) => hub.custodians.withoutLookupKey(generation, hub.random(32)),
    retireLookups: ({ anyway = false } = {}) => retireLookups(hub, anyway),
    roster: () => presentRoster(hub.rosters()),
    rosters: () => hub.rosters(),
    adoptPolicy: (policy, adoption = {}) => adoptPolicy(hub, policy, adoption, follow).finally(assessSoon),
    policy() {
      const { policy, hash } = hub.policy()
      return { policy, hash }
    },
    policies: () => adoptedPolicies(hub.documents(), presentRoster(hub.rosters())),
    async *histories() {
      await assess()
      yield* listHistories(hub)
    },
    async replay(policy, replayOptions = {}) {
      await assess()
      return replay(hub, policy, replayOptions)
    },
    async figures(of) {
      await assess()
      return figures(hub, of)
    },
    async *cases(filter) {
      await assess()
      yield* listCases(hub, filter)
    },
    async case(number) {
      await assess()
      return dossier(hub, number)
    },
    async *enquiries(filter) {
      await assess()
      yield* listEnquiries(hub, { ...filter, isShielding: false })
    },
    referrals: (filter) => listReferrals(hub, filter),
    async *deadlines(filter) {
      await assess()
      yield* listDeadlines(hub, { ...filter, isShielding: false })
    },
    async remind(tell, options) {
      await assess()
      return remind(hub, tell, options)
    },
    alerts: (filter) => listAlerts(hub, { ...filter, isShielding: false }),
    onAlert(listener) {
      hub.alertListeners.add(listener)
      return () => {
        hub.alertListeners.delete(listener)
      }
    },
    async *duplicates(filter) {
      await assess()
      yield* listDuplicates(hub, { ...filter, isShielding: false })
    },
    status: () => statusOf(hub, custodiansApart, assessor.unassessed()),
    custodians: () => reachOfCustodians(hub, custodiansApart),
    onCase: assessor.onCase,
    caughtUp: (wait) => assess(wait?.signal),
    journal: {
      size: () => hub.ledger.size(),
      head: async () => (await checkpoint(hub)).note,
      inclusion: (position, size) => hub.ledger.inclusion(position, size),
      consistency: (from, to) => hub.ledger.consistency(from, to),
      entries: (wanted) => exportEntries(hub, wanted),
      bundle: (wanted) => exportBundle(hub, wanted),
      check: (position) => checkEvidence(hub, position),
      verify: (verification) => verifyStored(hub, verification),
    },
  }
}
