import { encode, hmacSha256, sha256, utf8Bytes } from '../../bytes.js'
import type { OpenLookup } from '../../case/watch.js'
import { watchedQuery } from '../../case/watched-query.js'
import type { ChildQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import { neighboursOf } from '../../child/nhs-number.js'
import type { HubContext } from '../context.js'

/** What queries of one agency are hashed under, a key for each thing that is compared. */
export interface TagKeys {
  readonly household: Uint8Array
  readonly number: Uint8Array
  readonly description: Uint8Array
}

// INVARIANT: never stored. Guesses at names and numbers could be tested on tags under a key that a thief can have.
const processKeys = new WeakMap<HubContext, { readonly root: Uint8Array; readonly byAgency: Map<string, TagKeys> }>()

export function tagKeysOf(hub: HubContext, agency: string): TagKeys {
  const kept = processKeys.get(hub) ?? { root: hub.random(32), byAgency: new Map<string, TagKeys>() }
  processKeys.set(hub, kept)
  const key = (kind: string): Uint8Array => hmacSha256(kept.root, encode('watch-tag/v1', hub.id, agency, kind))
  const keys = kept.byAgency.get(agency) ?? {
    household: key('household'),
    number: key('number'),
    description: key('description'),
  }
  kept.byAgency.set(agency, keys)
  return keys
}

/**
 * What is remembered of a child that was looked up; survives a restart, for a check may follow one. Child ids are random, and whoever opens
 * the row that this stands in has the key that a hash of them could be under: so it is the beginning of the id.
 */
export function childTag(childId: ChildId): number {
  return tagOf(childId)
}

/** What is remembered of a query: it can be compared with others of the same process and agency, and with nothing else. */
export function queryTags(
  keys: TagKeys,
  query: ChildQuery,
): Pick<OpenLookup, 'household' | 'number' | 'description'> & { readonly text: string | undefined } {
  const { household, number, description } = watchedQuery(query)
  return {
    household: hashed(keys.household, household),
    number: hashed(keys.number, number),
    description: hashed(keys.description, description),
    text: number,
  }
}

/** Whether the valid NHS number before or after this one is among those looked up. */
export function isNextTo(keys: TagKeys, number: string | undefined, tags: ReadonlySet<number>): boolean {
  if (number === undefined || tags.size === 0) return false
  return neighboursOf(number).some((each) => tags.has(hashed(keys.number, each)))
}

// A key of a hash's length before the text, of which four bytes are kept: a third of the time of an HMAC, and nothing to extend.
function hashed(key: Uint8Array, text: string | undefined): number {
  return text === undefined ? 0 : tagOf(sha256(key, utf8Bytes(text)))
}

/** 32 bits, never 0. */
function tagOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) || 1
}
