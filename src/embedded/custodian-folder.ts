import { join } from 'node:path'
import { z } from 'zod'
import type { CustodianKeys, CustodianStore } from '../custodian.js'
import { parse } from '../door.js'
import { encodeKeyFile } from '../key-file.js'
import { fileCustodianStore, readJsonFile, readKeyFile, replaceFile } from './files.js'

/** Where a custodian that is apart keeps what. */
export interface CustodianPlaces {
  readonly settings: string
  readonly key: string
  /** What it has seen and done. */
  readonly log: string
}

export function custodianPlaces(path: string): CustodianPlaces {
  return {
    settings: join(path, 'custodian.json'),
    key: join(path, 'custodian.key.json'),
    log: join(path, 'events.ndjson'),
  }
}

export interface CustodianSettings {
  /** Where it listens. */
  readonly listen?: string | undefined
  /** Whether its controller must approve of each change of the roster and each policy. */
  readonly approve: 'all' | 'controller'
  /** Tokens that it makes in a day. */
  readonly blindsPerDay?:
    | { readonly number?: number | undefined; readonly description?: number | undefined }
    | undefined
}

const allowance = z.number().int().min(0).max(1_000_000_000_000)
const settingsFile: z.ZodType<{ readonly format: string; readonly version: number } & CustodianSettings> =
  z.strictObject({
    format: z.literal('child-index/custodian-settings'),
    version: z.literal(1),
    listen: z.string().max(300).optional(),
    approve: z.enum(['all', 'controller']),
    blindsPerDay: z.strictObject({ number: allowance.optional(), description: allowance.optional() }).optional(),
  })

/** A custodian as its folder has it. */
export interface CustodianFolder {
  readonly keys: CustodianKeys
  readonly store: CustodianStore
  readonly settings: CustodianSettings
}

/**
 * @throws {IndexError} `ERR_KEY_MISSING`, `ERR_KEY_INVALID`, `ERR_FILE_INVALID`; `ERR_KEY_WRONG` for a custodian whose controller
 * has not signed version 1 yet
 */
export async function readCustodianFolder(path: string): Promise<CustodianFolder> {
  const places = custodianPlaces(path)
  const { keys } = await readKeyFile(places.key, 'custodian')
  return { keys, store: fileCustodianStore(places.log), settings: await readSettings(path) }
}

/** What stands in the settings; without the file, a custodian that asks its controller. */
export async function readSettings(path: string): Promise<CustodianSettings> {
  const value = await readJsonFile(custodianPlaces(path).settings, 'the file of the custodian’s settings')
  if (value === undefined) return { approve: 'controller' }
  const { format: _, version: __, ...settings } = parse(settingsFile, value, 'ERR_FILE_INVALID', 'settings')
  return settings
}

export async function writeSettings(path: string, settings: CustodianSettings): Promise<void> {
  const content = { format: 'child-index/custodian-settings', version: 1, ...settings }
  await replaceFile(custodianPlaces(path).settings, `${JSON.stringify(content, null, 2)}\n`)
}

/** A custodian's keys after a change of them, whole or not at all. */
export async function replaceCustodianKeys(path: string, keys: CustodianKeys): Promise<void> {
  await replaceFile(custodianPlaces(path).key, encodeKeyFile({ kind: 'custodian', keys }))
}
