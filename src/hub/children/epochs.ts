import { z } from 'zod'
import { type ChildId, toAgencyChildId } from '../../child/identifiers.js'
import { readAgencyChildId, writeAgencyChildId } from '../../child/written-form.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import type { Agency, Roster } from '../../roster/roster.js'
import { epochFromRemainder, openEpochs } from '../../roster/rotation.js'
import { type HubContext, identifierKeyHashOf, identifierKeyOf, roster } from '../context.js'
import { type ChangeOptions, changeRoster, type Follow } from '../roster/enrolment.js'

/** Why an id of a closed epoch is not taken, from a check and from a look-up. */
export const EPOCH_CLOSED = {
  code: 'ERR_EPOCH_CLOSED',
  message: 'this child id is of an epoch that is closed: identify the child anew',
} as const

/** Whether new checks may name this epoch now. */
function epochIsOpen(hub: HubContext, epoch: number): boolean {
  return openEpochs(roster(hub), hub.clock()).includes(epoch)
}

/**
 * The epoch that a written agency child id is of, and whether it is still taken; undefined where this agency never had an
 * id of such an epoch.
 * @throws {IndexError} `ERR_CHILD_ID_MALFORMED`
 */
export function epochOfWritten(
  hub: HubContext,
  agency: Agency,
  written: string,
): { readonly epoch: number; readonly isOpen: boolean } | undefined {
  const epoch = epochFromRemainder(agency, readAgencyChildId(written).epochMod4)
  return epoch === undefined ? undefined : { epoch, isOpen: epochIsOpen(hub, epoch) }
}

/** A child as this agency sees it in the present epoch, written. */
export function writtenFor(hub: HubContext, agency: string, childId: ChildId): string {
  const { epoch } = roster(hub)
  return writeAgencyChildId(toAgencyChildId(identifierKeyOf(hub, agency, epoch), childId), epoch)
}

/**
 * Days for which the former epoch stays open. A child in care or with a protection plan is reviewed within three months,
 * and no school holiday is longer than half of that: whoever works with a child meets the new id in the course of it.
 */
const OVERLAP_DAYS = 90
const OVERLAP_DAYS_MAX = 366
const DAY_MS = 86_400_000

export interface RotationOptions extends ChangeOptions {
  /** Days for which new checks may still name the former epoch, 0 to 366; 90 where absent. */
  readonly overlapDays?: number | undefined
  /** Rotate although the window of the rotation before is open still: ids from before that one are closed at once. */
  readonly early?: boolean | undefined
}

/** What became of a rotation. */
export interface Rotation {
  /** `proposed`: journalled, and waits for `activate`, because changes of this roster have a delay. */
  readonly outcome: 'rotated' | 'proposed'
  readonly epoch: number
  /** When the former epoch closes, epoch milliseconds. */
  readonly formerUntil: number
}

const rotationOptions = z.strictObject({
  overlapDays: z.number().int().min(0).max(OVERLAP_DAYS_MAX).default(OVERLAP_DAYS),
  early: z.boolean().default(false),
  supersede: z.boolean().default(false),
})

/**
 * Begins the next identifier epoch: every agency sees children under a new key, and `identify` answers with the new ids.
 *
 * Nothing is issued again. Ids of the former epoch are read, and taken in new checks, until `formerUntil`; checks that
 * were recorded under any epoch count and open for as long as the policy looks back.
 * @throws {IndexError} `ERR_ROSTER_INVALID` while an earlier rotation's window is open, unless `early`;
 * `ERR_REQUEST_INVALID`; `ERR_QUORUM_MISSING` or `ERR_CUSTODIAN_UNAVAILABLE` where too few custodians sign
 */
export async function rotateEpoch(hub: HubContext, options: RotationOptions, follow: Follow): Promise<Rotation> {
  const { overlapDays, early, supersede } = parse(rotationOptions, options, 'ERR_REQUEST_INVALID', 'rotation')
  let rotation: Rotation | undefined
  await changeRoster(
    hub,
    () => {
      const present = roster(hub)
      if (!early) requireWindowClosed(present, hub.clock())
      const epoch = present.epoch + 1
      const formerUntil = hub.clock() + present.activationDelayMs + overlapDays * DAY_MS
      const agencies = [...present.parties.values()].filter(({ party }) => party === 'agency')
      const identifierKeys = agencies.map(({ id }) => ({ agency: id, hash: identifierKeyHashOf(hub, id, epoch).hash }))
      rotation = { outcome: present.activationDelayMs > 0 ? 'proposed' : 'rotated', epoch, formerUntil }
      return { changes: [{ kind: 'rotate-epoch', epoch, formerUntil, identifierKeys }], supersede }
    },
    follow,
  )
  if (rotation === undefined) throw new IndexError('ERR_STORE_FAILED', 'the epoch was not rotated')
  return rotation
}

function requireWindowClosed(present: Roster, now: number): void {
  if (openEpochs(present, now).length === 1) return
  throw new IndexError(
    'ERR_ROSTER_INVALID',
    'agencies may use ids of the epoch before still: wait for the end of its window, or say that it closes early',
  )
}
