import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { Settings } from './report.js'

/** One measure of a benchmark in a process of its own: what it writes to standard output, as JSON. */
export function apart<Rates>(benchmark: string, name: string, { quick }: Settings): Rates {
  const args = [...process.execArgv, fileURLToPath(benchmark), '--measure', name, ...(quick ? ['--quick'] : [])]
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(said) as Rates
}

/** Runs a measure in an empty folder, which is gone afterwards. */
export async function inFolder<Sizes, Rates>(
  measure: (folder: string, sizes: Sizes) => Rates | Promise<Rates>,
  sizes: Sizes,
): Promise<Rates> {
  const folder = mkdtempSync(join(baseFolder(), 'bench-'))
  try {
    return await measure(folder, sizes)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function baseFolder(): string {
  const base = join(process.cwd(), '.tmp')
  mkdirSync(base, { recursive: true })
  return base
}

export function disk(folder: string): string {
  const kinds: Readonly<Record<number, string>> = {
    61267: 'ext4',
    16914836: 'tmpfs: a sync costs nothing here, set another folder',
    2035054128: 'overlayfs',
    1481003842: 'xfs',
    2435016766: 'btrfs',
  }
  const { type } = statfsSync(folder)
  return `disk:     ${kinds[type] ?? `file system 0x${type.toString(16)}`}`
}

export function sqlite(): string {
  const row = new Database(':memory:').prepare('SELECT sqlite_version() AS version').get() as { version: string }
  return `sqlite:   ${row.version}`
}
