import { type FileHandle, open } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Receipt } from '../../agency.js'
import { utf8Text } from '../../bytes.js'
import { RECEIPT_NOTICE } from '../../check/receipt.js'
import { WITHDRAWAL_REASONS } from '../../check/withdrawal.js'
import { IndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import { toJsonBytes } from '../../json.js'
import { CHECK_FIELDS, checkOf } from '../check-fields.js'
import { type Context, does, newCommand, oneOf } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { type ImportOptions, importRows } from '../import.js'
import { agencyFrom } from '../keys.js'

interface CheckOptions extends ImportOptions {
  readonly agency: string
  readonly testNumbers?: boolean
  readonly receipts?: string
}

export function checkCommands(): readonly Command[] {
  return [checkCommand(), withdrawCommand()]
}

function checkCommand(): Command {
  const command = newCommand('check', 'Submit the checks of a CSV or NDJSON file. A check is not a referral.', {
    example: 'check today.csv --agency police.key.json --receipts today.receipts.ndjson',
    json: '{ rows, recorded, again, known, unknown, unresolved, rejected, rejectsFile: path | null, notice }',
  })
    .argument('<file>', 'UTF-8; .csv, .ndjson or .jsonl; - is standard input')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .option('--mapping <file>', 'JSON: { field: column | [columns] | { column, format } } (see docs/command-line.md)')
    .option('--format <format>', 'csv or ndjson, where the name of the file does not say it')
    .option('--test-numbers', 'also take NHS numbers of the ranges that are for tests')
    .option('--receipts <file>', 'keep the signed receipts there, one line of JSON for each row; must not exist')
    .option('--rejects <file>', 'where rejected rows are listed (default: FILE.rejects.csv)')
  return does<CheckOptions>(command, check)
}

async function check(context: Context, options: CheckOptions, file = ''): Promise<ExitCode> {
  return withHub(context, async (hub) => {
    const agency = await agencyFrom(hub, options.agency, options.testNumbers)
    const receipts = await openReceipts(options.receipts)
    const counts = { recorded: 0, again: 0, known: 0, unknown: 0, unresolved: 0 }
    try {
      const { rows, rejected, rejectsFile } = await importRows(context, file, options, {
        what: 'check',
        fields: CHECK_FIELDS,
        ownForm: ['child'],
        toInput: checkOf,
        async submit(inputs, lines) {
          const isNew = await newness(hub)
          const outcomes = await agency.checkAll(inputs, { signal: context.signal })
          const kept: string[] = []
          const refusals = outcomes.map((outcome, index) => {
            if (outcome.kind === 'refused') return outcome
            counts[isNew(outcome.receipt) ? 'recorded' : 'again'] += 1
            counts[outcome.receipt.known] += 1
            kept.push(`${utf8Text(toJsonBytes({ line: lines[index], receipt: outcome.receipt }))}\n`)
            return undefined
          })
          await receipts?.appendFile(kept.join(''))
          return refusals
        },
      })
      context.out.result({ rows, ...counts, rejected, rejectsFile: rejectsFile ?? null, notice: RECEIPT_NOTICE }, [
        `${rows} rows: ${counts.recorded} recorded, ${counts.again} recorded before, ${rejected} rejected`,
        `Of checks: ${counts.known} on children known here, ${counts.unknown} unknown (an enquiry is open), ${counts.unresolved} unresolved`,
        ...(rejectsFile === undefined ? [] : [`Rejected rows, by line, field and code: ${rejectsFile}`]),
        ...(counts.recorded + counts.again > 0 ? [RECEIPT_NOTICE] : []),
      ])
      return rejected > 0 ? REJECTED : DONE
    } finally {
      await receipts?.close()
    }
  })
}

async function openReceipts(path: string | undefined): Promise<FileHandle | undefined> {
  if (path === undefined) return undefined
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new IndexError('ERR_FILE_EXISTS', 'the file for receipts exists: it is not overwritten', {
      field: '--receipts',
    })
  })
}

/** Tells a check of the coming batch from one that the journal held before, or that an earlier row of the batch made. */
async function newness(hub: Hub): Promise<(receipt: Receipt) => boolean> {
  const size = await hub.journal.size()
  const seen = new Set<string>()
  return ({ position, checkId }) => {
    const isNew = position.entry >= size && !seen.has(checkId)
    seen.add(checkId)
    return isNew
  }
}

function withdrawCommand(): Command {
  const command = newCommand('withdraw', 'Take a check back. That it existed stays on record.', {
    example: 'withdraw CAD-2026-0117 --agency police.key.json --reason wrong-child',
    json: '{ withdrawn: reference, reason }',
  })
    .argument('<reference>', 'the agency’s own reference of the check')
    .requiredOption('--agency <keyfile>', 'key file of the agency')
    .requiredOption('--reason <reason>', WITHDRAWAL_REASONS.join(', '))
  return does<{ agency: string; reason: string }>(command, (context, options, reference = '') => {
    const reason = oneOf(WITHDRAWAL_REASONS, options.reason, '--reason')
    return withHub(context, async (hub) => {
      const agency = await agencyFrom(hub, options.agency)
      await agency.withdraw(reference, reason, { signal: context.signal })
      context.out.result({ withdrawn: reference, reason }, [
        'Withdrawn. The check no longer counts; officers and recipients of a referral are told.',
      ])
      return DONE
    })
  })
}
