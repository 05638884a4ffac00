import { isAbsolute, relative, resolve } from 'node:path'
import { equalBytes, type Random, toHex } from '../bytes.js'
import { openFolder, requireUnused, sqliteStore } from '../embedded.js'
import { IndexError, isIndexError } from '../errors.js'
import { proposeGenesis, requireSigned } from '../founding/apart.js'
import { drawHub, hubIdentity } from '../founding/draw.js'
import { foundHub } from '../hub/open-context.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import { parsePolicy } from '../policy/parse.js'
import type { Policy } from '../policy/policy.js'
import { genesisRoster, hubIdOf } from '../roster/genesis.js'
import { custodiansOf, type HubIdentity, type Roster } from '../roster/roster.js'
import { parseEnrolment } from '../roster/shapes.js'
import { systemClock, systemRandom } from '../system.js'
import { custodianPlaces } from './custodian-folder.js'
import { createKeyFile, exists, hubFolder, readKeyFile } from './files.js'
import { readPublicFile, writePublicFile } from './public-file.js'
import { type CustodianPlace, writeWiring } from './wiring.js'

/**
 * The keys of a hub whose custodians will be apart, and `hub.json`, which says who it is. The hub is founded once their controllers
 * have signed.
 * @throws {IndexError} `ERR_FILE_EXISTS` where the folder holds another hub
 */
export async function prepareHub(path: string, name: string, random: Random = systemRandom): Promise<HubIdentity> {
  const { hubKey, identity } = hubFolder(path)
  if (!(await exists(hubKey))) {
    await requireUnused(path)
    await createKeyFile(hubKey, { kind: 'hub', ...(await drawHub(name, random)) })
  }
  const { id, keys } = await readKeyFile(hubKey, 'hub')
  if (!equalBytes(id, hubIdOf(keys.signing.publicKey, name)))
    throw new IndexError('ERR_FILE_EXISTS', 'the folder holds the keys of a hub with another name')
  const hub = hubIdentity(id, name, keys)
  await writePublicFile(identity, 'child-index/hub', { hub })
  return hub
}

export interface Proposal {
  readonly policy: Policy
  readonly quorum: number
  readonly activationDelayMs: number
}

/**
 * Version 1 of the roster, for the custodians to sign, in `genesis.json`.
 * @param files the custodians' enrolments
 * @throws {IndexError} `ERR_KEY_WRONG` for an enrolment with another hub; `ERR_ROSTER_INVALID`, `ERR_SIGNATURE_INVALID`,
 * `ERR_PARTY_EXISTS`, `ERR_KEY_INVALID`, `ERR_FILE_EXISTS`
 */
export async function writeGenesis(path: string, files: readonly string[], proposal: Proposal): Promise<Roster> {
  const { identity, genesis } = hubFolder(path)
  const { hub } = await readPublicFile(identity, 'child-index/hub')
  const enrolled = await Promise.all(files.map((file) => readPublicFile(file, 'child-index/custodian-enrolment')))
  if (enrolled.some((each) => !equalBytes(each.hub, hub.id)))
    throw new IndexError('ERR_KEY_WRONG', 'an enrolment was made for another hub')
  const enrolments = enrolled.map(({ enrolment }) => parseEnrolment(enrolment))
  const body = proposeGenesis({ hub, enrolments, ...proposal })
  const addresses = enrolled.flatMap(({ address }, at) => {
    const custodian = enrolments[at]?.party.id
    return address === undefined || custodian === undefined ? [] : [{ custodian, address }]
  })
  const content = { genesis: fromJsonBytes(body), policy: proposal.policy, addresses }
  await writePublicFile(genesis, 'child-index/genesis', content)
  return genesisRoster(body)
}

export interface Founded {
  readonly roster: Roster
  readonly places: readonly CustodianPlace[]
}

/**
 * Founds the hub that the custodians have signed for: entry 0 of its journal, and the file that says where they are.
 * @param files their signatures
 * @param here folders of custodians that run in the hub's own process, by id
 * @param elsewhere addresses, by id, where they are not those of the enrolments
 * @throws {IndexError} `ERR_ROSTER_INVALID`, naming who has not signed; `ERR_REQUEST_INVALID` for one that has no place;
 * `ERR_FILE_EXISTS` where the hub is founded already
 */
export async function foundFromSignatures(
  path: string,
  files: readonly string[],
  here: ReadonlyMap<string, string>,
  elsewhere: ReadonlyMap<string, string>,
): Promise<Founded> {
  const folder = hubFolder(path)
  const { id, keys } = await readKeyFile(folder.hubKey, 'hub')
  const file = await readPublicFile(folder.genesis, 'child-index/genesis')
  const body = toJsonBytes(file.genesis)
  const signed = await Promise.all(files.map((each) => readPublicFile(each, 'child-index/genesis-signature')))
  const signatures = requireSigned(body, signed).map(({ custodian, signature }) => ({ custodian, signature }))
  const roster = genesisRoster(body)
  if (!equalBytes(roster.hub.id, id)) throw new IndexError('ERR_KEY_WRONG', 'genesis.json is that of another hub')
  const listed = new Map(file.addresses.map(({ custodian, address }) => [custodian, address]))
  const places = custodiansOf(roster).map((party): CustodianPlace => {
    const inside = here.get(party.id)
    if (inside !== undefined) return { custodian: party.id, ...filesOf(path, inside) }
    const address = elsewhere.get(party.id) ?? listed.get(party.id)
    if (address !== undefined) return { custodian: party.id, address, publicKey: toHex(party.keys.signing) }
    throw new IndexError('ERR_REQUEST_INVALID', `say where ${party.id} is: with --address, or --here`)
  })
  await writeWiring(path, places)
  const wired = { id, keys, custodians: new Map(), clock: systemClock, random: systemRandom }
  const store = await sqliteStore(path, true)
  try {
    await foundHub({ ...wired, store }, { body, signatures }, parsePolicy(file.policy))
  } finally {
    await store.close()
  }
  await begin(path)
  return { roster, places }
}

/** What is here hears of the hub at once; who is apart need not be there yet. */
async function begin(path: string): Promise<void> {
  try {
    await using _ = await openFolder(path, {}, true)
  } catch (error) {
    if (!isIndexError(error, 'ERR_CUSTODIAN_UNAVAILABLE')) throw error
  }
}

/** Inside the hub's folder by a path that moves with it. */
function filesOf(hub: string, folder: string): { readonly key: string; readonly log: string } {
  const { key, log } = custodianPlaces(folder)
  const placed = (file: string): string => {
    const inside = relative(resolve(hub), resolve(file))
    return inside.startsWith('..') || isAbsolute(inside) ? resolve(file) : inside
  }
  return { key: placed(key), log: placed(log) }
}
