import { type CheckInput, createAgency, type HubPort } from '../../src/index.js'
import { decodeMessage } from '../../src/port.js'
import { keyOf } from './forge.js'
import type { House } from './house.js'

/** The message with an agency's checks, kept back before the hub hears of it. */
export async function keptBack(it: House, agency: string, inputs: readonly CheckInput[]): Promise<Uint8Array> {
  let batch: Uint8Array | undefined
  const hub: HubPort = {
    pin: it.line.pin,
    send(message, options) {
      if (decodeMessage(message).verb !== 'check-batch') return it.line.send(message, options)
      batch = message
      throw new Error('kept back')
    },
  }
  const kind = agency === 'met-police' ? 'police' : 'health'
  const common = { id: agency, kind, clock: it.clock.read, neverIssuedNumbers: true }
  await createAgency({ ...common, key: keyOf(it, agency), hub })
    .checkAll(inputs)
    .catch(() => undefined)
  if (batch === undefined) throw new Error('no batch was sent')
  return batch
}
