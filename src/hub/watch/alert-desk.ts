import { z } from 'zod'
import { ALERT_OUTCOMES, type Alert, type AlertOutcome } from '../../case/alert.js'
import { parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import type { Message } from '../../port.js'
import { hasRole, type Officer } from '../../roster/roster.js'
import type { HubContext } from '../context.js'
import type { Writes } from '../ledger.js'
import { personOf, requireOfficer } from '../officers.js'
import { numberKey, pages } from '../shelf.js'
import { judgePast } from './watch-past.js'

export interface AlertFilter {
  readonly status?: Alert['status'] | undefined
  readonly after?: number | undefined
}

const PAGE = 100

/** Alerts by number; those for shielding officers alone come last, and are shown to nobody else. */
export async function* listAlerts(
  hub: HubContext,
  filter: AlertFilter & { readonly isShielding: boolean },
): AsyncGenerator<Alert> {
  await judgePast(hub)
  const after = filter.after === undefined ? undefined : numberKey(filter.after)
  for await (const rows of pages(hub.shelf, 'alert', PAGE, after)) {
    for (const { value } of rows) {
      const mayBeSeen = value.audience === 'management' || filter.isShielding
      if (mayBeSeen && (filter.status === undefined || value.status === filter.status)) yield value
    }
  }
}

const number = z.number().int().min(1)
const listRequest = z.strictObject({ status: z.enum(['open', 'ended']).optional(), after: number.optional() })
const endRequest = z.strictObject({ alert: number, outcome: z.enum(ALERT_OUTCOMES) })

/** A page of alerts for an officer. */
export async function alertsForOfficer(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const filter = parse(listRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'alerts')
  const alerts: Alert[] = []
  for await (const each of listAlerts(hub, { ...filter, isShielding: hasRole(officer, 'shielding') })) {
    alerts.push(each)
    if (alerts.length === PAGE) break
  }
  return toJsonBytes({ alerts })
}

/** An officer's word on what came of an alert. Nobody ends one about their own act. */
export async function endAlert(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message)
  const { alert: wanted, outcome } = parse(endRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'alert')
  await hub.ledger.write(async (_, at) => {
    const alert = await requireAlert(hub, wanted, officer)
    if (alert.status === 'ended') {
      if (alert.outcome === outcome) return undefined
      throw new IndexError('ERR_CASE_STATUS', 'the alert was ended already, with another outcome')
    }
    if (alert.officer !== undefined && personOf(hub, alert.officer) === officer.person)
      throw new IndexError(
        'ERR_PARTY_NOT_IN_STANDING',
        'an alert about an officer’s own act is ended by another person',
      )
    return ended(hub, alert, outcome, officer, at)
  })
  return toJsonBytes({ alert: wanted, outcome })
}

async function requireAlert(hub: HubContext, wanted: number, officer: Officer): Promise<Alert> {
  const alert = await hub.shelf.one('alert', numberKey(wanted))
  if (alert === undefined || (alert.audience === 'shielding' && !hasRole(officer, 'shielding')))
    throw new IndexError('ERR_ALERT_UNKNOWN', 'there is no alert with this number', { field: 'alert' })
  return alert
}

function ended(hub: HubContext, alert: Alert, outcome: AlertOutcome, officer: Officer, at: number): Writes {
  const row: Alert = { ...alert, status: 'ended', outcome, endedBy: officer.id, endedAt: at }
  const body = toJsonBytes({ event: 'ended', alert: alert.number, outcome, officer: officer.id, times: alert.times })
  return { drafts: [{ type: 'alert', body }], puts: [hub.shelf.put('alert', numberKey(alert.number), row)] }
}
