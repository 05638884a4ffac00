import type { Command } from 'commander'
import { createAgency } from '../../agency.js'
import { equalBytes } from '../../bytes.js'
import { readKeyFile, replaceFile } from '../../embedded/files.js'
import { IndexError } from '../../errors.js'
import type { Hub } from '../../hub.js'
import { encodeKeyFile } from '../../key-file.js'
import { createOfficer } from '../../officer.js'
import { nextPartyKey, type PartyKey } from '../../party.js'
import type { Replacement } from '../../roster/enrolment.js'
import { createSealer } from '../../sealer.js'
import { type Context, does, newCommand, oneOf } from '../command.js'
import { DONE, type ExitCode } from '../failure.js'
import { withHub } from '../hub.js'
import { SUPERSEDE } from '../outcome.js'
import { type PartyFile, present } from '../party-file.js'

const SORTS = ['agency', 'officer', 'sealer'] as const

/** `rotate-key`: another key for a party; what it signed under the former one keeps its standing. */
export function rotateKeyCommand(): Command {
  const command = newCommand('rotate-key', 'Give an agency, an officer or a sealer another key, in its key file.', {
    example: 'rotate-key agency --key police.key.json',
    json: '{ rotated: { party, id }, outcome: rotated | proposed, rosterVersion }',
  })
    .argument('<sort>', SORTS.join(', '))
    .requiredOption('--key <file>', 'key file of the party')
    .option('--supersede', SUPERSEDE)
  return does<{ key: string; supersede?: boolean }>(command, (context, { key, supersede }, sort = '') =>
    rotateKey(context, oneOf(SORTS, sort, '<sort>'), key, supersede),
  )
}

/**
 * The next key is in the file before anybody hears of it, and the former one until the roster names the next: whenever
 * this is cut short, the file holds the key that counts, and running it again goes on from there.
 */
async function rotateKey(
  context: Context,
  kind: PartyFile['kind'],
  file: string,
  supersede?: boolean,
): Promise<ExitCode> {
  return withHub(context, async (hub) => {
    const before: PartyFile = await readKeyFile(file, kind)
    const party = await present(hub, file, before)
    // A rotation that was cut short after the roster took the next key is complete by now: no third key is drawn.
    const wasCompleted = before.next !== undefined && party.next === undefined
    const isRotated = wasCompleted || (await rotated(hub, file, party, supersede))
    const { rosterVersion } = hub.status()
    const outcome = isRotated ? 'rotated' : 'proposed'
    context.out.result({ rotated: { party: kind, id: party.id }, outcome, rosterVersion }, [
      isRotated
        ? `${party.id} has another key (roster version ${rosterVersion})`
        : `Proposed: ${party.id} goes on with its present key until the change is activated`,
      `The key is in ${file}. Keep no copy with the hub.`,
    ])
    return DONE
  })
}

/** Whether the roster names the next key now; else it waits for its activation. */
async function rotated(hub: Hub, file: string, party: PartyFile, supersede: boolean | undefined): Promise<boolean> {
  requireOwnEntry(hub, party)
  const next = party.next ?? (await nextPartyKey(party.key))
  if (party.next === undefined) await replaceFile(file, encodeKeyFile({ ...party, next }))
  await hub.replace(await replacementBy(hub, party, next), { supersede })
  return (await present(hub, file, { ...party, next })).next === undefined
}

function replacementBy(hub: Hub, party: PartyFile, next: PartyKey): Promise<Replacement> {
  const { id, key } = party
  switch (party.kind) {
    case 'agency':
      return createAgency({ id, key, hub, kind: party.agencyKind, sensitive: party.sensitive }).replacement(next)
    case 'officer': {
      const { kind: _, pin: __, oneUseKeys: ___, next: ____, ...officer } = party
      return createOfficer({ ...officer, hub }).replacement({ key: next })
    }
    case 'sealer':
      return createSealer({ id, key, hub }).replacement(next)
  }
}

/** @throws {IndexError} `ERR_KEY_WRONG` where the roster names another key under this id */
export function requireOwnEntry(hub: Hub, { id, kind, key }: PartyFile): void {
  const entry = hub.roster().parties.get(id)
  if (entry?.party === kind && equalBytes(entry.keys.signing, key.signing.publicKey)) return
  throw new IndexError('ERR_KEY_WRONG', 'the key file holds no key that the roster names under this id', {
    field: '--key',
  })
}
