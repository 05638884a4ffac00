import { equalBytes } from '../../bytes.js'
import type { HubContext } from '../context.js'
import type { Writes } from '../ledger.js'
import type { WatermarkRow } from '../rows.js'
import type { Put } from '../shelf.js'
import type { Apart } from './apart.js'
import type { EveryChild } from './every-child.js'
import { Tracks } from './tracks.js'

/** What stands in the store, or is to: nothing before the first. */
type Raw = Uint8Array | undefined

/**
 * What a process keeps in mind of the assessment. Nothing is lost with it: it is found again in the store, by another
 * process too, and holds as long as the watermark stands there that it was found with.
 */
export class Assessed {
  /** How far this process came past the stored watermark and had nothing to write: a look at 65,536 checks less for each commit. */
  lead: { readonly past: Raw; readonly row: WatermarkRow; readonly checks: number } | undefined
  apart: Apart | undefined
  /** While children are assessed anew. */
  everyChild: EveryChild | undefined
  readonly tracks: Tracks = new Tracks()
  private foundWith: Raw

  /** Forgets all of it where another process has moved the watermark. */
  noticed(raw: Raw): void {
    if (isSame(raw, this.foundWith)) return
    this.forget()
    this.foundWith = raw
  }

  /** This process has moved the watermark, and nobody else since it looked. */
  moved(from: Raw, to: Raw): void {
    if (isSame(from, this.foundWith)) this.foundWith = to
    this.lead = undefined
  }

  forget(): void {
    this.lead = undefined
    this.apart = undefined
    this.everyChild = undefined
    this.tracks.clear()
  }
}

function isSame(one: Raw, other: Raw): boolean {
  return one === other || (one !== undefined && other !== undefined && equalBytes(one, other))
}

/** How far the journal has been assessed, and what must still stand in the store for that to be true. */
export interface Watermark {
  /** As this process knows it, which may be ahead of the store. */
  readonly row: WatermarkRow
  readonly isStored: boolean
  readonly raw: { readonly table: 'meta'; readonly key: Uint8Array; readonly value: Raw }
  /** What moves it, in a write that expects `raw`. */
  moved(row?: WatermarkRow): { readonly put: Put; readonly done: () => void }
}

export async function loadWatermark(hub: HubContext): Promise<Watermark> {
  const key = hub.shelf.key('meta', 'watermark')
  const [value] = await hub.store.get('meta', [key])
  const { lead } = hub.assessed
  const isStored = lead === undefined || !isSame(lead.past, value)
  const row = isStored ? stored(hub, key, value) : lead.row
  return {
    row,
    isStored,
    raw: { table: 'meta', key, value },
    moved(to = row) {
      const put = hub.shelf.put('meta', key, to)
      return { put, done: () => hub.assessed.moved(value, put.value) }
    },
  }
}

function stored(hub: HubContext, key: Uint8Array, value: Raw): WatermarkRow {
  const row = value && hub.shelf.read('meta', key, value)
  return row?.kind === 'watermark' ? row : { kind: 'watermark', position: 0 }
}

/** The watermark for a step of the assessment, which is the only one to build on what this process keeps in mind. */
export async function noticeWatermark(hub: HubContext): Promise<Watermark> {
  const watermark = await loadWatermark(hub)
  hub.assessed.noticed(watermark.raw.value)
  return watermark
}

/** Writes the watermark where this process is ahead of it: for whoever relies on what the store says. */
export async function keepWatermark(hub: HubContext): Promise<void> {
  if (hub.assessed.lead === undefined) return
  await hub.ledger.write(async () => {
    const watermark = await loadWatermark(hub)
    return watermark.isStored ? undefined : withWatermark(watermark, {})
  })
}

/** A write that takes the watermark with it: no step of the assessment comes between what it was built on and itself. */
export function withWatermark(watermark: Watermark, writes: Writes, row?: WatermarkRow): Writes {
  const { put, done } = watermark.moved(row)
  return {
    ...writes,
    expects: [...(writes.expects ?? []), watermark.raw],
    puts: [...(writes.puts ?? []), put],
    done: () => {
      writes.done?.()
      done()
    },
  }
}

/** Journal position of the last entry that has been assessed. */
export function lastAssessed({ row }: Watermark): number {
  return Math.max(0, row.position - 1)
}
