import { open, readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { IndexError } from '../../errors.js'
import { checkpointOrigin } from '../../journal/checkpoint.js'
import { formatVerifierKey, NOTE_ED25519, parseVerifierKey } from '../../journal/note.js'
import { compareHeads, type HeadsCompared } from '../../verify/heads.js'
import { formatAddCheckpoint, parseAddCheckpoint } from '../../witness/protocol.js'
import { does, newCommand } from '../command.js'
import { DONE, REJECTED } from '../failure.js'
import { withHub } from '../hub.js'
import { startProgress } from '../progress.js'

interface Options {
  readonly out: string
  readonly checks?: boolean
  readonly cases?: boolean
}

/** `export`: the journal as a bundle that outsiders verify. */
export function exportCommand(): Command {
  const command = newCommand(
    'export',
    'Write the whole journal into a bundle that others can verify without this hub.',
    {
      example: 'export --out journal.ndjson',
      json: '{ out, lines, entries, pin: "hub:roster", log, head }',
    },
  )
    .requiredOption('--out <file>', 'file to write; one that is there is not replaced')
    .option('--checks', 'with what checks say: pseudonymous personal data')
    .option('--cases', 'with what joins agencies, decrypted: for oversight only')
  return does<Options>(command, (context, { out, checks, cases }) =>
    withHub(context, async (hub) => {
      const file = await open(out, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST'
          ? new IndexError('ERR_FILE_EXISTS', 'the file is there already', { field: '--out' })
          : error
      })
      const entries = await hub.journal.size()
      const progress = startProgress('export', entries)
      let lines = 0
      try {
        const onProgress = (done: number): void => progress.update(done, done)
        for await (const line of hub.journal.bundle({ checks, cases, signal: context.signal, onProgress })) {
          await file.writeFile(line)
          lines += 1
        }
        await file.sync()
      } finally {
        progress.stop()
        await file.close()
      }
      const origin = checkpointOrigin(hub.id)
      const pin = `${toHex(hub.pin.hub)}:${toHex(hub.pin.roster)}`
      const log = formatVerifierKey(origin, NOTE_ED25519, hub.roster().hub.keys.signing)
      const head = await hub.journal.head()
      context.out.result({ out, lines, entries, pin, log, head }, [
        `Written: ${entries} entries on ${lines} lines`,
        `pin  ${pin}`,
        `log  ${log}`,
        'Whoever verifies the bundle takes the pin from somewhere else. Erasure does not reach what was exported.',
      ])
      return DONE
    }),
  )
}

/** `prove`: that the present head continues the head of a size. */
export function proveCommand(): Command {
  const command = newCommand('prove', 'Show that the present head continues the one of a size, with the head itself.', {
    example: 'prove --from 0 > request.txt',
    json: '{ old, request }',
  }).requiredOption('--from <size>', 'entries of the earlier head; 0 for a witness that has seen none')
  return does<{ readonly from: string }>(command, (context, { from }) =>
    withHub(context, async (hub) => {
      const note = await hub.journal.head()
      const size = Number(note.split('\n')[1])
      const old = /^\d{1,15}$/.test(from) ? Number(from) : Number.NaN
      if (!(old <= size))
        throw new IndexError('ERR_REQUEST_INVALID', 'must be a size that the journal has reached', { field: '--from' })
      const { path } = await hub.journal.consistency(old, size)
      const request = formatAddCheckpoint({ old, path, note })
      context.out.result({ old, request }, request.trimEnd().split('\n'))
      return DONE
    }),
  )
}

const SAID: Readonly<Record<HeadsCompared, string>> = {
  same: 'The same head',
  continues: 'The larger head continues the smaller one',
  unproven: 'Nothing is known: the heads are of different sizes, and no proof was given',
  forked: 'FORK: the proof does not join the two heads. Keep both notes, and ask the hub for a bundle',
  'split-view': 'SPLIT VIEW: the hub signed two journals of one size. Keep both notes: together they prove it',
}

/** `compare-heads`: what two people were shown. Needs no hub. */
export function compareHeadsCommand(): Command {
  const command = newCommand('compare-heads', 'Compare two signed heads of one journal.', {
    example: 'compare-heads mine.txt theirs.txt --log <key> --proof proof.txt',
    json: '{ compared: same | continues | unproven | forked | split-view }',
  })
    .argument('<one>', 'file of a signed head')
    .argument('<other>', 'another')
    .requiredOption('--log <key>', 'the hub’s verifier key, as `export` shows it')
    .option('--proof <file>', 'what `prove --from` wrote, from the smaller head’s size')
  return does<{ readonly log: string; readonly proof?: string }>(
    command,
    async (context, options, one = '', other = '') => {
      const log = parseVerifierKey(options.log, NOTE_ED25519)
      const [left, right] = await Promise.all([readFile(one, 'utf8'), readFile(other, 'utf8')])
      const sizes = [left, right].map((note) => Number(note.split('\n')[1]))
      const lines = options.proof === undefined ? undefined : await readFile(options.proof, 'utf8')
      const proof = lines === undefined ? undefined : parseAddCheckpoint(lines)
      const compared = compareHeads(
        left,
        right,
        log,
        proof && { from: proof.old, to: Math.max(...sizes), path: proof.path },
      )
      context.out.result({ compared }, [SAID[compared]])
      return compared === 'same' || compared === 'continues' ? DONE : REJECTED
    },
  )
}
