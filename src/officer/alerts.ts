import { z } from 'zod'
import { ALERT_KINDS, ALERT_OUTCOMES, type Alert, type AlertOutcome } from '../case/alert.js'
import type { OverrideReason, ShieldReason, UnshieldReason } from '../case/shielding.js'
import { bytesOf, instant, parse } from '../door.js'
import type { AlertFilter } from '../hub/watch/alert-desk.js'
import type { About } from '../hub/watch/shield.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

/** What was noticed, and what shields a child. */
export interface AlertWork {
  /** A page of at most 100 alerts by number; a shielding officer is shown those about shielded children too. */
  alerts(filter?: AlertFilter, options?: SendOptions): Promise<readonly Alert[]>
  /**
   * Says what came of an alert. One about an officer's own act is ended by another person.
   * @throws {IndexError} `ERR_ALERT_UNKNOWN`, `ERR_CASE_STATUS` where it was ended otherwise, `ERR_PARTY_NOT_IN_STANDING`
   */
  endAlert(alert: number, outcome: AlertOutcome, options?: SendOptions): Promise<void>
  /** Shields the child of a case or an enquiry. For shielding officers. @throws {IndexError} `ERR_PARTY_NOT_IN_STANDING` */
  shield(about: About, reason: ShieldReason, options?: SendOptions): Promise<void>
  /**
   * Says that the child of a case or an enquiry need not be shielded any longer. It is lifted once two persons have said so
   * for one reason within 14 days, one of them a shielding officer; every word alerts shielding officers.
   */
  unshield(about: About, reason: UnshieldReason, options?: SendOptions): Promise<UnshieldOutcome>
  /**
   * Whether the child of an open case or enquiry is registered here, although it may be shielded. Journalled, and every
   * shielding officer is alerted at once, whatever the answer is. @throws {IndexError} `ERR_CASE_STATUS` once it has ended
   */
  overrideShield(about: About, reason: OverrideReason, options?: SendOptions): Promise<Existence>
}

export function alertWork(line: Connection): AlertWork {
  return {
    alerts: (filter = {}, send) => alertsSeen(line, filter, send),
    endAlert: (alert, outcome, send) => endAlert(line, alert, outcome, send),
    shield: (about, reason, send) => shield(line, about, reason, send),
    unshield: (about, reason, send) => unshield(line, about, reason, send),
    overrideShield: (about, reason, send) => overrideShield(line, about, reason, send),
  }
}

const alertsReply = z.strictObject({
  alerts: z.array(
    z.strictObject({
      number: instant,
      kind: z.enum(ALERT_KINDS),
      audience: z.enum(['management', 'shielding']),
      at: instant,
      times: instant,
      agency: z.string().optional(),
      practitioner: bytesOf(16).optional(),
      officer: z.string().optional(),
      case: instant.optional(),
      enquiry: instant.optional(),
      reason: z.string().optional(),
      status: z.enum(['open', 'ended']),
      outcome: z.enum(ALERT_OUTCOMES).optional(),
      endedBy: z.string().optional(),
      endedAt: instant.optional(),
    }),
  ),
})
/** Whether the child of a case or an enquiry is registered here, shielded or not. */
export interface Existence {
  readonly registered: boolean
  readonly shielded: boolean
}

const UNSHIELD_OUTCOMES = ['waiting', 'lifted', 'recorded'] as const
/** `waiting`: for another person's word. `recorded`: all that an officer is told who is not a shielding officer. */
export type UnshieldOutcome = (typeof UNSHIELD_OUTCOMES)[number]

const overrideReply = z.strictObject({ registered: z.boolean(), shielded: z.boolean() })
const unshieldReply = z.strictObject({ outcome: z.enum(UNSHIELD_OUTCOMES) })

async function alertsSeen(line: Connection, filter: AlertFilter, send?: SendOptions): Promise<readonly Alert[]> {
  return parse(alertsReply, await line.ask('alerts', filter, send), 'ERR_MESSAGE_MALFORMED', 'alerts').alerts
}

async function endAlert(line: Connection, alert: number, outcome: AlertOutcome, send?: SendOptions): Promise<void> {
  await line.ask('end-alert', { alert, outcome }, send)
}

async function shield(line: Connection, about: About, reason: ShieldReason, send?: SendOptions): Promise<void> {
  await line.ask('shield', { about, reason }, send)
}

async function unshield(
  line: Connection,
  about: About,
  reason: UnshieldReason,
  send?: SendOptions,
): Promise<UnshieldOutcome> {
  const reply = await line.ask('unshield', { about, reason }, send)
  return parse(unshieldReply, reply, 'ERR_MESSAGE_MALFORMED', 'shielding').outcome
}

async function overrideShield(
  line: Connection,
  about: About,
  reason: OverrideReason,
  send?: SendOptions,
): Promise<Existence> {
  const reply = await line.ask('override-shield', { about, reason }, send)
  return parse(overrideReply, reply, 'ERR_MESSAGE_MALFORMED', 'override')
}
