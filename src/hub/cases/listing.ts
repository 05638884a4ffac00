import { concat, equalBytes, readU64, u64 } from '../../bytes.js'
import type { HubContext } from '../context.js'
import type { Shelf } from '../shelf.js'

/**
 * A list of numbered things by what they have in common. A thing stands on a list by a row of its own, whose key is a keyed hash
 * of the list's name and the number: so a page of a list reads its own rows however many others there are, and a stolen
 * table does not say which list a row is on.
 */
export type ListName = readonly [kind: 'case' | 'case-of' | 'waiting' | 'referral', ...string[]]

/** What a row of a list says; its key says the rest. */
export interface ListingRow {
  readonly number: number
}

type Put = ReturnType<Shelf['put']>
type WithShelf = Pick<HubContext, 'shelf'>

/** What puts a number on a list. */
export function listed({ shelf }: WithShelf, list: ListName, number: number): Put {
  return shelf.put('listing', placeOf(shelf, list, number), { number })
}

/** What takes it off. */
function unlisted({ shelf }: WithShelf, list: ListName, number: number): Put {
  return shelf.put('listing', placeOf(shelf, list, number), undefined)
}

/** What moves a number from the lists that it was on to those that it is on now. */
export function relisted(
  hub: WithShelf,
  was: readonly ListName[],
  is: readonly ListName[],
  number: number,
): readonly Put[] {
  const isOn = (lists: readonly ListName[], list: ListName): boolean =>
    lists.some((each) => each.length === list.length && each.every((part, at) => part === list[at]))
  return [
    ...was.filter((list) => !isOn(is, list)).map((list) => unlisted(hub, list, number)),
    ...is.filter((list) => !isOn(was, list)).map((list) => listed(hub, list, number)),
  ]
}

/**
 * The numbers on any of these lists after a number, ascending. A number stands on one of them at most.
 * @param page how many will probably be wanted: as many rows are read, and a few of every list
 */
export async function* numbersOn(
  { shelf }: WithShelf,
  lists: readonly ListName[],
  after: number,
  page: number,
): AsyncGenerator<number> {
  const chunk = Math.max(1, Math.ceil(page / Math.max(1, lists.length)))
  const readers = await Promise.all(
    lists.map(async (list) => {
      const numbers = numbersOf(shelf, list, after, chunk)
      return { numbers, head: await headOf(numbers) }
    }),
  )
  for (;;) {
    const [first] = readers.filter(({ head }) => head !== undefined).sort((a, b) => (a.head ?? 0) - (b.head ?? 0))
    if (first?.head === undefined) return
    yield first.head
    first.head = await headOf(first.numbers)
  }
}

async function headOf(numbers: AsyncGenerator<number>): Promise<number | undefined> {
  const { done, value } = await numbers.next()
  return done === true ? undefined : value
}

async function* numbersOf(shelf: Shelf, list: ListName, from: number, limit: number): AsyncGenerator<number> {
  const prefix = prefixOf(shelf, list)
  for (let after = from; ; ) {
    const rows = await shelf.list('listing', placeOf(shelf, list, after), limit)
    const own = rows.filter(({ key }) => equalBytes(key.subarray(0, prefix.length), prefix))
    for (const { key } of own) {
      after = readU64(key.subarray(prefix.length))
      yield after
    }
    if (own.length < limit) return
  }
}

function prefixOf(shelf: Shelf, list: ListName): Uint8Array {
  return shelf.key('listing', ...list)
}

function placeOf(shelf: Shelf, list: ListName, number: number): Uint8Array {
  return concat(prefixOf(shelf, list), u64(number))
}
