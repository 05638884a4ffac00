import { toHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes } from '../../json.js'
import { policyHash, vocabularyHash } from '../../policy/hash.js'
import { parsePolicy } from '../../policy/parse.js'
import type { Policy } from '../../policy/policy.js'
import { approvedAt, type Roster } from '../../roster/roster.js'
import type { HubContext, PolicyInForce } from '../context.js'

/** Every policy document that the journal holds, by its hash, oldest first. */
export type Documents = ReadonlyMap<string, PolicyInForce>

/** A policy that the roster approves, and from when until when it decides. Epoch milliseconds. */
export interface AdoptedPolicy {
  /** 64 hexadecimal digits. */
  readonly hash: string
  readonly id: string
  readonly version: string | number
  readonly title: string
  readonly from: number
  /** Excluded; absent for the last one. */
  readonly until?: number | undefined
}

/** A policy with what is asked of it at every check. */
export function prepared(policy: Policy): PolicyInForce {
  const vocabulary = vocabularyHash(policy)
  const vocabularies = new Set([toHex(vocabulary), ...(policy.vocabularies ?? [])])
  return { policy, hash: toHex(policyHash(policy)), vocabulary, vocabularies }
}

/** The documents of a store: the founding one has a row of its own, those adopted later stand in the journal. */
export async function loadDocuments(hub: Pick<HubContext, 'shelf' | 'ledger'>, known: Documents): Promise<Documents> {
  const documents = new Map(known)
  if (documents.size === 0) add(documents, await foundingDocument(hub))
  for (const position of (await adoptedPositions(hub)).slice(documents.size - 1)) {
    const { entry } = await hub.ledger.readOne(position)
    if (entry?.type !== 'policy') throw new IndexError('ERR_STORE_DAMAGED', 'a policy entry is missing')
    add(documents, entry.body)
  }
  return documents
}

function add(documents: Map<string, PolicyInForce>, bytes: Uint8Array): void {
  const document = prepared(parsePolicy(fromJsonBytes(bytes)))
  documents.set(document.hash, document)
}

async function foundingDocument({ shelf }: Pick<HubContext, 'shelf'>): Promise<Uint8Array> {
  const row = await shelf.one('meta', shelf.key('meta', 'policy'))
  if (row?.kind !== 'policy') throw new IndexError('ERR_STORE_DAMAGED', 'the hub has no policy')
  return row.policy
}

/** Where the documents stand that were adopted after founding. No two of them are the same. */
export async function adoptedPositions({ shelf }: Pick<HubContext, 'shelf'>): Promise<readonly number[]> {
  const row = await shelf.one('meta', shelf.key('meta', 'policies'))
  return row?.kind === 'policies' ? row.positions : []
}

/**
 * The policy that decides at an instant: the one whose approved interval on the roster holds it.
 * @throws {IndexError} `ERR_POLICY_UNKNOWN` where the roster approves none, or one that the journal does not hold
 */
export function decidingAt(documents: Documents, roster: Roster, at: number): PolicyInForce {
  const approved = approvedAt(roster, at)
  if (approved === undefined) throw new IndexError('ERR_POLICY_UNKNOWN', 'the roster approves no policy at this time')
  return documentOf(documents, approved.hash)
}

/** @throws {IndexError} `ERR_POLICY_UNKNOWN` */
export function documentOf(documents: Documents, hash: string): PolicyInForce {
  const document = documents.get(hash)
  if (document === undefined)
    throw new IndexError('ERR_POLICY_UNKNOWN', 'the journal does not hold the policy that the roster approves')
  return document
}

/** The policies that the roster approves, in the order in which they decide; one that came back stands there twice. */
export function adoptedPolicies(documents: Documents, roster: Roster): readonly AdoptedPolicy[] {
  return roster.policies.map(({ hash, from, until }) => {
    const { id, version, title } = documentOf(documents, hash).policy
    return { hash, id, version, title, from, ...(until === undefined ? {} : { until }) }
  })
}
