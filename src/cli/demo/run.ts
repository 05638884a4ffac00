import { join } from 'node:path'
import type { JournalReport } from '../../index.js'
import type { GeneratedChild } from '../../testing/population.js'
import type { Progress } from '../progress.js'
import { type Authority, foundAuthority } from './authority.js'
import { type Office, workCases } from './office.js'
import { type FolderSearch, searchControl, searchFolder } from './search.js'
import { type StoredCheck, storedChecks } from './stored-checks.js'
import { liveThrough, type StartProgress, type Year } from './year.js'

export interface DemoOptions {
  readonly seed: number
  /** Children to register: 3 to 500,000. */
  readonly children: number
  /** When the year ends, in epoch milliseconds. */
  readonly now: number
  /** A folder that is empty or not there yet. */
  readonly path: string
  /** Sees the generated people before anything happens to them. */
  readonly onPopulation?: (population: readonly GeneratedChild[]) => Promise<void>
  /** Shows how far the long steps have come; nothing where absent. */
  readonly startProgress?: StartProgress
  readonly signal?: AbortSignal | undefined
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined }

/** Everything that the demonstration found out. */
export interface Demo {
  readonly seed: number
  readonly from: number
  readonly now: number
  readonly population: readonly GeneratedChild[]
  readonly agencies: Authority['agencies']
  readonly year: Year
  readonly stored: readonly StoredCheck[]
  readonly office: Office
  readonly journal: JournalReport
  /** Every file that the hub left, and the write-ahead log as it was before the hub was closed. */
  readonly search: FolderSearch
  /** Of how many people the same search finds something in the plain file of their details. */
  readonly controlFound: number
}

/** The main job from the first registration to the search for what must not be there. */
export async function runDemo(options: DemoOptions): Promise<Demo> {
  const { path, seed, signal, startProgress = () => SILENT } = options
  const authority = await foundAuthority(options)
  const { population, hub, agencies, from, now } = authority
  try {
    await options.onPopulation?.(population)
    const year = await liveThrough(authority, startProgress, signal)
    const office = await workCases(authority)
    const journal = await hub.journal.verify({ ...(signal && { signal }) })
    const stored = await storedChecks(join(path, 'index.db'), year.receipts)
    const underWay = await searchFolder(path, population, { only: (file) => /-(wal|shm)$/.test(file), signal })
    await hub.close()
    const left = await searchFolder(path, population, { signal })
    const search = together(left, underWay)
    const controlFound = await searchControl(population)
    return { seed, from, now, population, agencies, year, stored, office, journal, search, controlFound }
  } finally {
    await hub.close()
  }
}

function together(left: FolderSearch, underWay: FolderSearch): FolderSearch {
  return {
    files: left.files + underWay.files,
    bytes: left.bytes + underWay.bytes,
    terms: left.terms,
    found: [...left.found, ...underWay.found],
  }
}

/** What `--json` prints. */
export interface DemoReport {
  readonly seed: number
  readonly from: string
  readonly to: string
  readonly agencies: number
  readonly agencyKinds: number
  /** Registered children. */
  readonly children: number
  readonly checks: number
  readonly known: number
  readonly unknown: number
  readonly unresolved: number
  /** Registrations and checks that were not taken. */
  readonly refused: number
  readonly cases: number
  readonly byLevel: Readonly<Record<string, number>>
  /** Groups of details that custodians released. */
  readonly openings: number
  readonly openingsRefused: number
  readonly referrals: number
  readonly enquiries: number
  readonly enquiriesEnded: number
  readonly journalSize: number
  /** Root of the journal, 64 hexadecimal digits. */
  readonly journalHead: string
  readonly verified: boolean
  readonly cosignedBy: number
  readonly filesSearched: number
  readonly bytesSearched: number
  readonly termsSearched: number
  /** Personal details found in what the hub wrote: 0, or something is wrong. */
  readonly plaintextFound: number
  /** People of the population, and of how many the same search finds something in their plain file: all, or it proves nothing. */
  readonly people: number
  readonly controlFound: number
}

export function reportOn(demo: Demo): DemoReport {
  const { seed, from, now, agencies, year, office, journal, search } = demo
  const { known, unknown, unresolved } = year.answers
  return {
    seed,
    from: new Date(from).toISOString(),
    to: new Date(now).toISOString(),
    agencies: agencies.size,
    agencyKinds: new Set([...agencies.values()].map(({ about }) => about.kind)).size,
    children: year.registered,
    checks: year.checks,
    known,
    unknown,
    unresolved,
    refused: [...year.refused.values()].reduce((sum, count) => sum + count, 0),
    cases: office.cases.length,
    byLevel: countByLevel(demo),
    openings: office.openings,
    openingsRefused: office.refused.length,
    referrals: office.referral === undefined ? 0 : 1,
    enquiries: office.enquiries.length,
    enquiriesEnded: office.enquiries.filter(({ status }) => status === 'ended').length,
    journalSize: journal.size,
    journalHead: journal.root,
    verified: journal.verified,
    cosignedBy: journal.cosignedBy.length,
    filesSearched: search.files,
    bytesSearched: search.bytes,
    termsSearched: search.terms,
    plaintextFound: search.found.length,
    people: demo.population.length,
    controlFound: demo.controlFound,
  }
}

/** Highest threshold first. */
function countByLevel({ office: { cases } }: Demo): Readonly<Record<string, number>> {
  const rank = ['child-protection', 'child-in-need', 'none']
  const sorted = [...cases].sort((a, b) => rank.indexOf(a.threshold) - rank.indexOf(b.threshold))
  const counts: Record<string, number> = {}
  for (const { level } of sorted) counts[level] = (counts[level] ?? 0) + 1
  return counts
}

/** Whether everything turned out as the library promises. */
export function isSound({ refused, verified, plaintextFound, people, controlFound }: DemoReport): boolean {
  return refused === 0 && verified && plaintextFound === 0 && controlFound === people
}
