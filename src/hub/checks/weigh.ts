import type { ChildId } from '../../child/identifiers.js'
import { isIndexError } from '../../errors.js'
import { compilePolicy } from '../../policy/compiled/compile.js'
import type { IndexedCheck } from '../check-index/check-index.js'
import type { HubContext, PolicyInForce } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import type { HistoryRow } from '../rows.js'
import { asStanding, assessedChecks, type History, instantOf, markedChecks, readableChecks } from './history.js'
import { NO_ROW } from './history-rows.js'
import { add, type Kept, MANY_CHECKS } from './tracks.js'

/**
 * What a child's checks come to. The places of the checks stand for their ids: a check that was journalled twice counts
 * twice here, so that the level is never above this rank, and below it only where the ids have to say.
 */
export interface Weight {
  readonly asOf: number
  readonly inForce: PolicyInForce
  /** Of the highest level reached: 0 for `none`. */
  readonly rank: number
  /** Checks that the policy cannot read. */
  readonly unread: number
}

/** The weight of an outline. */
export function weigh(hub: HubContext, outline: History, at: number): Weight {
  const asOf = instantOf(outline, at)
  const inForce = hub.policy(asOf)
  const checks = readableChecks(inForce.policy, outline)
  const rank = compilePolicy(inForce.policy).rank(checks, asOf, outline.closedAt)
  return { asOf, inForce, rank, unread: outline.checks.length - checks.length }
}

/** A child who is linked with nobody, and which of its checks before `upTo` are new. */
export interface Weighed {
  readonly childId: ChildId
  readonly row: HistoryRow
  readonly fresh: readonly IndexedCheck[]
  readonly upTo: number
}

/** The weight of a child's checks before `upTo`, where many of them are kept for the next time. */
export function weighChild(hub: HubContext, child: Weighed, at: number): Weight {
  const name = nameOf(child.childId)
  return weighAgain(hub, name, child, at) ?? weighAnew(hub, name, child, at)
}

function weighAgain(hub: HubContext, name: string, child: Weighed, at: number): Weight | undefined {
  const kept = hub.assessed.tracks.get(name)
  if (kept === undefined) return undefined
  hub.assessed.tracks.drop(name)
  if (kept.closedAt !== child.row.closedAt || kept.hasRow !== (child.row !== NO_ROW)) return undefined
  try {
    for (const check of assessedChecks(child.fresh.map((each) => asStanding(hub, each)))) add(kept, check)
  } catch (error) {
    if (isIndexError(error, 'ERR_ASSESSMENT_INVALID')) return undefined
    throw error
  }
  const asOf = Math.max(at, kept.latest)
  const inForce = hub.policy(asOf)
  if (inForce.policy !== kept.policy) return undefined
  hub.assessed.tracks.keep(name, kept)
  return { asOf, inForce, rank: kept.track.rank(asOf), unread: 0 }
}

function weighAnew(hub: HubContext, name: string, child: Weighed, at: number): Weight {
  const outline: History = { ...child.row, checks: markedChecks(hub, child.childId, child.row, child.upTo) }
  const weight = weigh(hub, outline, at)
  if (outline.checks.length >= MANY_CHECKS && weight.unread === 0) {
    const { policy } = weight.inForce
    const { closedAt } = outline
    const kept: Kept = {
      policy,
      closedAt,
      hasRow: child.row !== NO_ROW,
      track: compilePolicy(policy).track({ closedAt }),
      latest: Number.NEGATIVE_INFINITY,
    }
    for (const check of assessedChecks(outline.checks)) add(kept, check)
    hub.assessed.tracks.keep(name, kept)
  }
  return weight
}
