import { concat, equalBytes } from '../../bytes.js'
import type { ChildId } from '../../child/identifiers.js'
import { covered, type PostingPlace, placesUnder, uncovered } from '../../child/postings.js'
import { IndexError } from '../../errors.js'
import { presentKey } from '../../seal/wrap.js'
import type { Commit } from '../../store/port.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'

type Put = NonNullable<Commit['puts']>[number]

/**
 * Children that a weak token points at, at most. A token that more children share tells nothing; those who come later are
 * found by the rest of what is known of them, and what a look-up costs stays bounded however large the index grows.
 */
export const POSTINGS_MAX = 24

/** How many places of a token are read at a time. Most have one child or none: the first place, whether there is a second, then more. */
const PAGES = [1, 1, 6] as const
const PAGE = 8

interface Posted {
  readonly token: Uint8Array
  readonly children: ChildId[]
  /** As they stand in the store. */
  stored: readonly ChildId[]
  /** Of the keys that the token was made with; undefined where it points at nobody yet, and is of the present one. */
  generation: number | undefined
}

/** Whom tokens point at, as it stands and as a write changes it, so that rows of one batch see each other. */
export class PostingTable {
  private constructor(
    private readonly placeOf: ReturnType<typeof placesUnder>,
    private readonly present: number,
    private readonly posted = new Map<string, Posted>(),
  ) {}

  static async load(hub: HubContext, tokens: readonly Uint8Array[]): Promise<PostingTable> {
    const table = new PostingTable(placesUnder(hub.shelf.placeKey), presentKey(hub.keys.lookupKeys).generation)
    await table.include(hub, tokens)
    return table
  }

  /** Reads more tokens; those at hand stay as they are. */
  async include(hub: HubContext, tokens: readonly Uint8Array[]): Promise<void> {
    const wanted = new Map<string, Posted>()
    for (const token of tokens) {
      const name = nameOf(token)
      if (!this.posted.has(name)) wanted.set(name, { token, children: [], stored: [], generation: undefined })
    }
    let open = [...wanted.values()]
    for (let from = 0, page = 0; open.length > 0; page += 1) {
      const count = PAGES[page] ?? PAGE
      const places: PostingPlace[] = []
      for (const { token } of open) for (let i = 0; i < count; i += 1) places.push(this.placeOf(token, from + i))
      const values = await hub.store.get(
        'posting',
        places.map(({ key }) => key),
      )
      open = open.filter((each, at) => {
        for (let i = 0; i < count; i += 1) {
          const value = values[at * count + i]
          if (value === undefined) return false
          each.children.push(childAt(places[at * count + i] as PostingPlace, value))
          each.generation = generationOf(value)
        }
        return true
      })
      from += count
    }
    for (const [name, each] of wanted) this.posted.set(name, Object.assign(each, { stored: [...each.children] }))
  }

  /** Oldest first. */
  get(token: Uint8Array): readonly ChildId[] {
    const posted = this.posted.get(nameOf(token))
    // Adding to a token that was never read would put its child in another's place.
    if (posted === undefined) throw new RangeError('the token was not loaded')
    return posted.children
  }

  /** Points a token at a child too; a weak token that points at many already stays as it is. */
  add(token: Uint8Array, childId: ChildId, strength: 'strong' | 'weak'): void {
    const children = this.get(token) as ChildId[]
    const isKnown = children.some((each) => equalBytes(each, childId))
    if (!isKnown && (strength === 'strong' || children.length < POSTINGS_MAX)) children.push(childId)
  }

  /** Points a token at none of these children any longer. Those behind them move up: there are no gaps between places. */
  remove(token: Uint8Array, childIds: readonly ChildId[]): void {
    const children = this.get(token) as ChildId[]
    const rest = children.filter((each) => !childIds.some((childId) => equalBytes(each, childId)))
    children.splice(0, children.length, ...rest)
  }

  puts(): readonly Put[] {
    return [...this.posted.values()].flatMap(({ token, children, stored, generation = this.present }) =>
      Array.from({ length: Math.max(children.length, stored.length) }, (_, i) => i).flatMap((i): readonly Put[] => {
        const [child, before] = [children[i], stored[i]]
        if (child !== undefined && before !== undefined && equalBytes(child, before)) return []
        const place = this.placeOf(token, i)
        return [{ table: 'posting', key: place.key, value: child && marked(covered(place, child), generation) }]
      }),
    )
  }
}

function childAt(place: PostingPlace, value: Uint8Array): ChildId {
  const isWhole = value.length === ID_LENGTH || (value.length === ID_LENGTH + 1 && generationOf(value) > 1)
  if (!isWhole) throw new IndexError('ERR_STORE_DAMAGED', 'a token points at no child id')
  return uncovered(place, value.subarray(0, ID_LENGTH))
}

const ID_LENGTH = 16

/** Generation of the keys that a posting's token was made with: a byte behind the id, none for the first. */
export function generationOf(value: Uint8Array): number {
  return value[ID_LENGTH] ?? 1
}

function marked(id: Uint8Array, generation: number): Uint8Array {
  return generation === 1 ? id : concat(id, Uint8Array.of(generation))
}
