import type { Alert } from '../../case/alert.js'
import { toJsonBytes } from '../../json.js'
import type { HubContext } from '../context.js'
import { loadCounter, SHIELDING_NUMBERS } from '../counters.js'
import type { Draft } from '../ledger.js'
import { numberKey, type Put } from '../shelf.js'

/** An alert before it has a number. */
export type Raising = Omit<Alert, 'number' | 'at' | 'times' | 'status' | 'outcome' | 'endedBy' | 'endedAt'>

export interface Raised {
  readonly alerts: readonly Alert[]
  readonly drafts: readonly Draft[]
  readonly puts: readonly Put[]
}

export const NOTHING_RAISED: Raised = { alerts: [], drafts: [], puts: [] }

/** Alerts with their numbers, within a write: `tellAlerts` once it is durable. All of a write at once. */
export async function raiseAlerts(hub: HubContext, raisings: readonly Raising[], at: number): Promise<Raised> {
  if (raisings.length === 0) return NOTHING_RAISED
  const counters = {
    management: await loadCounter(hub, 'alert'),
    shielding: await loadCounter(hub, 'shielding-alert'),
  }
  const alerts = raisings.map((raising): Alert => {
    const number = counters[raising.audience].next() + (raising.audience === 'shielding' ? SHIELDING_NUMBERS : 0)
    return { ...raising, number, at, times: 1, status: 'open' }
  })
  return {
    alerts,
    drafts: alerts.map(({ number, times: _, status: __, at: ___, ...said }) => ({
      type: 'alert',
      body: toJsonBytes({ event: 'raised', alert: number, ...said }),
    })),
    puts: [
      ...alerts.map((alert) => hub.shelf.put('alert', numberKey(alert.number), alert)),
      ...counters.management.puts(),
      ...counters.shielding.puts(),
    ],
  }
}

/** Says that something was noticed once more; a new alert where officers have ended the one before. */
export async function repeatAlert(
  hub: HubContext,
  number: number,
): Promise<{ readonly alert: Alert; readonly put: Put } | undefined> {
  const before = await hub.shelf.one('alert', numberKey(number))
  if (before === undefined || before.status === 'ended') return undefined
  const alert = { ...before, times: before.times + 1 }
  return { alert, put: hub.shelf.put('alert', numberKey(number), alert) }
}

/** Tells whoever listens; a listener that fails must not keep the others from hearing. */
export function tellAlerts(hub: HubContext, alerts: readonly Alert[]): void {
  for (const alert of alerts)
    for (const listener of hub.alertListeners) {
      try {
        listener(alert)
      } catch {
        // the listener's own affair
      }
    }
}
