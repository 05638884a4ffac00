import { concat, u64 } from '../../bytes.js'
import { DEADLINE_KINDS, type Deadline, type DeadlineKind, type DeadlineState } from '../../case/agenda.js'
import type { HubContext } from '../context.js'
import type { Put } from '../shelf.js'

/**
 * The table of what is due when. Every deadline has three rows: itself, under the instant at which it is due; where to find it,
 * under its name; and, where it is somebody's, under that officer. So a page of any of the lists reads no more than its rows.
 */
export type AgendaRow = DeadlineRow | { readonly dueAt: number }

/** `reminded`: the last state that somebody was told of. */
export interface DeadlineRow extends Deadline {
  readonly reminded?: DeadlineState | undefined
}

const BY_NAME = 0xfe
const BY_OFFICER = 0xfd

/** What puts a deadline on the agenda; one of the same kind and number that runs already gives way to it. */
export async function due(hub: HubContext, deadline: Deadline): Promise<readonly Put[]> {
  const former = await deadlineOf(hub, deadline.kind, deadline.number)
  return [...(former === undefined ? [] : removed(hub, former)), ...placed(hub, deadline)]
}

/** What takes a deadline off the agenda, because what it waits for is done; nothing where none runs. */
export async function done(hub: HubContext, kind: DeadlineKind, number: number): Promise<readonly Put[]> {
  const former = await deadlineOf(hub, kind, number)
  return former === undefined ? [] : removed(hub, former)
}

/** What makes a deadline another officer's; nothing where none runs. */
export async function assigned(
  hub: HubContext,
  kind: DeadlineKind,
  number: number,
  officer: string,
): Promise<readonly Put[]> {
  const former = await deadlineOf(hub, kind, number)
  return former === undefined ? [] : [...removed(hub, former), ...placed(hub, { ...former, officer })]
}

/** The deadline of this kind and number that runs. */
export async function deadlineOf(
  hub: HubContext,
  kind: DeadlineKind,
  number: number,
): Promise<DeadlineRow | undefined> {
  const pointer = await hub.shelf.one('agenda', nameKey(kind, number))
  if (pointer === undefined) return undefined
  const row = await hub.shelf.one('agenda', dueKey({ kind, number, dueAt: pointer.dueAt }))
  return row !== undefined && 'kind' in row ? row : undefined
}

/** The row of a deadline, changed in what does not move it. */
export function marked(hub: HubContext, row: DeadlineRow): Put {
  return hub.shelf.put('agenda', dueKey(row), row)
}

export type DeadlineName = Pick<Deadline, 'kind' | 'number' | 'dueAt'>

/** Where a page begins: behind a deadline that was seen, or at an instant. */
export type From = { readonly behind: DeadlineName } | { readonly at: number } | undefined

/** Deadlines in the order in which they are due, all or those of one officer. */
export async function* deadlinesFrom(hub: HubContext, from: From, officer?: string): AsyncGenerator<DeadlineRow> {
  const prefix = officer === undefined ? new Uint8Array(0) : officerPrefix(hub, officer)
  const place = from === undefined ? u64(0) : 'behind' in from ? dueKey(from.behind) : u64(from.at)
  for (let after: Uint8Array = concat(prefix, place); ; ) {
    const page = (await hub.shelf.list('agenda', after, PAGE)).filter(({ key }) => isUnder(prefix, key))
    const rows =
      officer === undefined
        ? page.map(({ value }) => value)
        : await hub.shelf.get(
            'agenda',
            page.map(({ key }) => key.subarray(prefix.length)),
          )
    for (const row of rows) if (row !== undefined && 'kind' in row) yield row
    const last = page.at(-1)
    if (page.length < PAGE || last === undefined) return
    after = last.key
  }
}

const PAGE = 100

/** Times are far below the bytes with which the other keys begin. */
function isUnder(prefix: Uint8Array, key: Uint8Array): boolean {
  if (prefix.length === 0) return (key[0] ?? 0) < BY_OFFICER
  return Buffer.compare(key.subarray(0, prefix.length), prefix) === 0
}

function placed(hub: HubContext, row: DeadlineRow): readonly Put[] {
  const pointer = { dueAt: row.dueAt }
  return [
    hub.shelf.put('agenda', dueKey(row), row),
    hub.shelf.put('agenda', nameKey(row.kind, row.number), pointer),
    ...(row.officer === undefined ? [] : [hub.shelf.put('agenda', officerKey(hub, row.officer, row), pointer)]),
  ]
}

function removed(hub: HubContext, row: DeadlineRow): readonly Put[] {
  return [
    hub.shelf.put('agenda', dueKey(row), undefined),
    hub.shelf.put('agenda', nameKey(row.kind, row.number), undefined),
    ...(row.officer === undefined ? [] : [hub.shelf.put('agenda', officerKey(hub, row.officer, row), undefined)]),
  ]
}

function dueKey({ kind, number, dueAt }: DeadlineName): Uint8Array {
  return concat(u64(dueAt), kindByte(kind), u64(number))
}

function nameKey(kind: DeadlineKind, number: number): Uint8Array {
  return concat(Uint8Array.of(BY_NAME), kindByte(kind), u64(number))
}

function officerKey(hub: HubContext, officer: string, name: DeadlineName): Uint8Array {
  return concat(officerPrefix(hub, officer), dueKey(name))
}

function officerPrefix(hub: HubContext, officer: string): Uint8Array {
  return concat(Uint8Array.of(BY_OFFICER), hub.shelf.key('agenda', officer))
}

function kindByte(kind: DeadlineKind): Uint8Array {
  return Uint8Array.of(DEADLINE_KINDS.indexOf(kind))
}
