import { encode, toHex } from '../../bytes.js'
import type { OpenLookup } from '../../case/watch.js'
import { watchedQuery } from '../../case/watched-query.js'
import type { ChildQuery } from '../../child/details.js'
import type { ChildId } from '../../child/identifiers.js'
import { neighboursOf } from '../../child/nhs-number.js'
import { hmacSha256, sha256Short } from '../../hash.js'
import type { HubContext } from '../context.js'

/** What queries of one agency are hashed under, a key for each thing that is compared: 64 hexadecimal digits. */
export interface TagKeys {
  readonly household: string
  readonly number: string
  readonly description: string
}

// INVARIANT: never stored. Guesses at names and numbers could be tested on tags under a key that a thief can have.
const processKeys = new WeakMap<HubContext, { readonly root: Uint8Array; readonly byAgency: Map<string, TagKeys> }>()

export function tagKeysOf(hub: HubContext, agency: string): TagKeys {
  const kept = processKeys.get(hub) ?? { root: hub.random(32), byAgency: new Map<string, TagKeys>() }
  processKeys.set(hub, kept)
  const key = (kind: string): string => toHex(hmacSha256(kept.root, encode('watch-tag/v1', hub.id, agency, kind)))
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
  const [a = 0, b = 0, c = 0, d = 0] = childId
  // Never 0.
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 || 1
}

/** What is remembered of a query, never 0 where there is something: it can be compared with others of the same process and agency, and with nothing else. */
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

// The key before the text, and four bytes of the hash are kept: a fifth of the time of an HMAC, and nothing that could be extended.
function hashed(key: string, text: string | undefined): number {
  return text === undefined ? 0 : sha256Short(key + text) || 1
}
