import { z } from 'zod'
import { ALERT_KINDS, ALERT_OUTCOMES, type Alert, type AlertOutcome } from '../case/alert.js'
import type { OverrideReason, ShieldReason, UnshieldReason } from '../case/shielding.js'
import { bytesOf, instant, parse } from '../door.js'
import type { AlertFilter } from '../hub/alert-desk.js'
import type { About } from '../hub/shield.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'

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

export async function alertsSeen(line: Connection, filter: AlertFilter, send?: SendOptions): Promise<readonly Alert[]> {
  return parse(alertsReply, await line.ask('alerts', filter, send), 'ERR_MESSAGE_MALFORMED', 'alerts').alerts
}

export async function endAlert(
  line: Connection,
  alert: number,
  outcome: AlertOutcome,
  send?: SendOptions,
): Promise<void> {
  await line.ask('end-alert', { alert, outcome }, send)
}

export async function shield(line: Connection, about: About, reason: ShieldReason, send?: SendOptions): Promise<void> {
  await line.ask('shield', { about, reason }, send)
}

export async function unshield(
  line: Connection,
  about: About,
  reason: UnshieldReason,
  send?: SendOptions,
): Promise<UnshieldOutcome> {
  const reply = await line.ask('unshield', { about, reason }, send)
  return parse(unshieldReply, reply, 'ERR_MESSAGE_MALFORMED', 'shielding').outcome
}

export async function overrideShield(
  line: Connection,
  about: About,
  reason: OverrideReason,
  send?: SendOptions,
): Promise<Existence> {
  const reply = await line.ask('override-shield', { about, reason }, send)
  return parse(overrideReply, reply, 'ERR_MESSAGE_MALFORMED', 'override')
}
