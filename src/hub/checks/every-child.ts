import { asChildId, type ChildId } from '../../child/identifiers.js'
import type { HubContext } from '../context.js'
import { nameOf } from '../custodians/custodians.js'
import { Apart } from './apart.js'
import { historyKey } from './history-rows.js'

const KEY_BYTES = 16
const ID_BYTES = 16

/** Children in the order of keyed hashes: it says nothing of when a child came, and stays the same from one reading to the next. */
export interface EveryChild {
  /** Those whose key is after another, the first ones. */
  after(key: Uint8Array | undefined, limit: number): readonly KeyedChild[]
}

export interface KeyedChild {
  readonly key: Uint8Array
  readonly childId: ChildId
}

/** Every id that a check names, or that is linked: 36 bytes for each while it is in use. */
export async function everyChild(hub: HubContext): Promise<EveryChild> {
  const ids = [...hub.checks.children()]
  const known = new Set((await Apart.load(hub)).children.map(nameOf))
  for (const id of ids) known.delete(nameOf(id))
  return inOrder(hub, known.size === 0 ? ids : [...ids, ...linkedOnly(await Apart.load(hub), known)])
}

function linkedOnly({ children }: Apart, names: ReadonlySet<string>): readonly ChildId[] {
  return children.filter((id) => names.has(nameOf(id)))
}

function inOrder(hub: HubContext, ids: readonly ChildId[]): EveryChild {
  const width = KEY_BYTES + ID_BYTES
  const all = Buffer.alloc(ids.length * width)
  for (const [at, id] of ids.entries()) {
    all.set(historyKey(hub, id), at * width)
    all.set(id, at * width + KEY_BYTES)
  }
  const keyAt = (at: number): Buffer => all.subarray(at * width, at * width + KEY_BYTES)
  const order = Uint32Array.from(ids.keys()).sort((a, b) => Buffer.compare(keyAt(a), keyAt(b)))
  return {
    after(key, limit) {
      let low = 0
      let high = key === undefined ? 0 : order.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (Buffer.compare(keyAt(order[middle] ?? 0), key ?? all) <= 0) low = middle + 1
        else high = middle
      }
      return Array.from(order.subarray(low, low + limit), (at) => ({
        key: new Uint8Array(keyAt(at)),
        childId: asChildId(new Uint8Array(all.subarray(at * width + KEY_BYTES, (at + 1) * width))),
      }))
    },
  }
}
