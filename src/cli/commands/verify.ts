import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { fromHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import type { Pin } from '../../party.js'
import { type BundleVerification, verifyBundle } from '../../verify/verify-bundle.js'
import { type Context, does, newCommand } from '../command.js'
import { DONE, type ExitCode, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { startProgress } from '../progress.js'

interface Options {
  readonly pin?: string
  readonly head?: readonly string[]
}

/** `verify`: of the hub in the folder, or of a bundle, which needs no hub. */
export function verifyCommand(): Command {
  const command = newCommand(
    'verify',
    'Recompute the whole journal: of this hub under a head that is cosigned now, or of a bundle that was exported.',
    {
      example: 'verify --json > head.json',
      json: '{ verified, size, root, cosignedBy, byType: { type: entries }, findings: [{ ok, text, code?, position? }], notVerified, head }; of a bundle { verified, kind, size, cosignedBy, entries, byType, counts, findings, notVerified, splitView }',
    },
  )
    .argument('[bundle]', 'file that export wrote')
    .option('--pin <hub:roster>', 'of a bundle: hub id and hash of its first roster, as `status` shows them')
    .option('--head <file...>', 'of a bundle: checkpoints kept from before, or shown to others')
  return does<Options>(command, async (context, options, bundle) => {
    if (bundle !== undefined) return verifyFile(context, bundle, options)
    if (options.pin !== undefined || options.head !== undefined)
      throw new IndexError('ERR_REQUEST_INVALID', 'a pin and heads go with a bundle: name its file', {
        field: 'bundle',
      })
    return verifyHub(context)
  })
}

function verifyHub(context: Context): Promise<ExitCode> {
  return withHub(context, async (hub) => {
    const progress = startProgress('verify', await hub.journal.size())
    const report = await hub.journal
      .verify({ signal: context.signal, onProgress: (done) => progress.update(done, done) })
      .finally(() => progress.stop())
    const head = await hub.journal.head()
    const { verified, size, root, cosignedBy, byType, findings, notVerified } = report
    context.out.result({ ...report, byType: Object.fromEntries(byType), head }, [
      verified ? `Verified: ${size} entries` : 'NOT VERIFIED: stop writing, and keep all files',
      `root  ${root}`,
      `cosigned by ${cosignedBy.map((name) => name.slice(name.lastIndexOf('/') + 1)).join(', ')}`,
      ...[...byType].map(([type, entries]) => `  ${String(entries).padStart(8)} ${type}`),
      ...findings.map(({ ok, text }) => `${ok ? 'ok ' : 'BAD'} ${text}`),
      ...notVerified.map((text) => `not looked at: ${text}`),
      'The head, to be kept outside this folder:',
      ...head.trimEnd().split('\n'),
    ])
    return verified ? DONE : REJECTED
  })
}

async function verifyFile(context: Context, file: string, { pin, head = [] }: Options): Promise<ExitCode> {
  const heads = await Promise.all(head.map((each) => readFile(each, 'utf8')))
  const found = await verifyBundle(createReadStream(file), { pin: pinOf(pin), heads, signal: context.signal })
  const { verified, kind, checkpoint, cosignedBy, entries, byType, counts, findings, notVerified, splitView } = found
  const value = {
    ...{ verified, kind: kind ?? null, size: checkpoint?.size ?? null, cosignedBy, entries },
    byType: Object.fromEntries(byType),
    counts: Object.fromEntries(Object.entries(counts).map(([name, each]) => [name, Object.fromEntries(each)])),
    ...{ findings, notVerified, splitView },
  }
  context.out.result(value, linesOf(found))
  return verified ? DONE : REJECTED
}

function linesOf({ verified, checkpoint, counts, findings, notVerified, splitView }: BundleVerification): string[] {
  return [
    verified
      ? `Verified: ${checkpoint?.size ?? 0} entries`
      : 'NOT VERIFIED: keep this bundle, and ask the hub for an explanation',
    ...findings.map((finding) =>
      finding.ok
        ? `ok  ${finding.text}`
        : `BAD ${finding.text}${finding.position === undefined ? '' : ` (entry ${finding.position})`}`,
    ),
    ...notVerified.map((text) => `not verified: ${text}`),
    ...Object.entries(counts).flatMap(([name, each]) =>
      [...each].map(([who, number]) => `  ${String(number).padStart(8)} ${WORDS[name as keyof typeof WORDS]} ${who}`),
    ),
    ...splitView.flatMap(({ kept, shown }) => [
      'SPLIT VIEW, kept note:',
      ...kept.split('\n'),
      'shown note:',
      ...shown.split('\n'),
    ]),
  ]
}

const WORDS: Readonly<Record<keyof BundleVerification['counts'], string>> = {
  checksByAgency: 'checks of',
  withdrawalsByAgency: 'withdrawals of',
  openingsByOfficer: 'openings by',
  viewsByOfficer: 'views by',
  referralsByAgency: 'referrals to',
  releasesByCustodian: 'releases by',
  refusalsByCustodian: 'refusals by',
}

function pinOf(text: string | undefined): Pin {
  const parts = /^([0-9a-f]{64}):([0-9a-f]{64})$/.exec(text ?? '')
  if (parts === null)
    throw new IndexError(
      'ERR_REQUEST_INVALID',
      'a bundle is held to a pin: hub id and roster hash, with a colon between them',
      {
        field: '--pin',
      },
    )
  return { hub: fromHex(parts[1] ?? ''), roster: fromHex(parts[2] ?? '') }
}
