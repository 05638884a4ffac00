import { type Agency, createAgency } from '../agency.js'
import { readKeyFile } from '../embedded/files.js'
import type { Hub } from '../hub.js'
import { createOfficer, type Officer } from '../officer.js'
import type { HubPort, Pin } from '../party.js'
import { createSealer, type Sealer } from '../sealer.js'
import { fileOneUseKeys } from './one-use-keys.js'
import { present } from './party-file.js'

/** The agency whose key is in a file. */
export async function agencyFrom(hub: Hub, file: string, neverIssuedNumbers = false): Promise<Agency> {
  const party = await present(hub, file, await readKeyFile(file, 'agency'))
  const { id, agencyKind: kind, sensitive, key, pin } = party
  return createAgency({ id, kind, sensitive, key, hub: pinned(hub, pin), neverIssuedNumbers })
}

export async function sealerFrom(hub: Hub, file: string): Promise<Sealer> {
  const { id, key, pin } = await present(hub, file, await readKeyFile(file, 'sealer'))
  return createSealer({ id, key, hub: pinned(hub, pin) })
}

/** The officer whose key is in a file; one-use keys of openings are kept in the same file. */
export async function officerFrom(hub: Hub, file: string): Promise<Officer> {
  const party = await present(hub, file, await readKeyFile(file, 'officer'))
  const { id, key, pin, person, undertakingAt, trainingUntil, vettingUntil, roles } = party
  const standing = { person, undertakingAt, trainingUntil, vettingUntil, roles }
  return createOfficer({ id, key, hub: pinned(hub, pin), ...standing, oneUseKeys: fileOneUseKeys(file) })
}

/** The hub, held to what the party pinned when it was enrolled and not to what the folder says of itself now. */
function pinned(hub: Hub, pin: Pin): HubPort {
  return { pin, send: (message, options) => hub.send(message, options) }
}
