import { join } from 'node:path'
import type { Command } from 'commander'
import { equalBytes, toHex } from '../../../bytes.js'
import type { CustodianKeys } from '../../../custodian.js'
import { custodianPlaces, replaceCustodianKeys } from '../../../embedded/custodian-folder.js'
import { exists, fileCustodianStore, readKeyFile } from '../../../embedded/files.js'
import { readPublicFile, writePublicFile } from '../../../embedded/public-file.js'
import { IndexError, isIndexError } from '../../../errors.js'
import {
  custodianKeys,
  drawLookupKey,
  requireOwnGenesis,
  sealLookupKey,
  signFounding,
  takeLookupKey,
} from '../../../founding/apart.js'
import type { CustodianDraft } from '../../../founding/draw.js'
import { toJsonBytes } from '../../../json.js'
import { parsePolicy } from '../../../policy/parse.js'
import type { Policy } from '../../../policy/policy.js'
import { custodiansOf, type Roster } from '../../../roster/roster.js'
import { systemRandom } from '../../../system.js'
import { CUSTODIAN_FOLDER, does, newCommand, numberOf } from '../../command.js'
import { DONE } from '../../failure.js'

interface Flags {
  readonly first?: string
  readonly quorum?: string
  readonly show?: boolean
  readonly out?: string
}

/** `child-index custodian sign`: the controller's signature on version 1 of the roster. */
export function custodianSignCommand(): Command {
  const command = newCommand(
    'sign',
    'Say in plain words what founding the hub would fix, and sign it.',
    {
      example: 'custodian sign genesis.json --first custodian-1.signature.json',
      json: '{ custodian, hub, pin, policyHash, custodians: [{ id, controller }], quorum, activationDelayMs, signature: file | null }',
    },
    CUSTODIAN_FOLDER,
  )
    .argument('<genesis>', 'genesis.json, as found wrote it')
    .option('--first <file>', 'signature file of custodian 1: every other custodian needs it')
    .option('--quorum <n>', 'sign only if this many custodians are needed to open')
    .option('--show', 'say what it fixes, and sign nothing')
    .option('--out <file>', 'signature file to write (default: <id>.signature.json in the folder)')
  return does<Flags>(
    command,
    async ({ dir, out }, flags, genesis = '') => {
      const { draft, keys } = await heldIn(dir)
      const file = await readPublicFile(genesis, 'child-index/genesis')
      const policy = parsePolicy(file.policy)
      const body = toJsonBytes(file.genesis)
      const roster = requireOwnGenesis(draft, body, policy)
      if (flags.quorum !== undefined && numberOf(flags.quorum, '--quorum') !== roster.keyset.quorum)
        throw new IndexError('ERR_ROSTER_INVALID', 'the quorum is another than this custodian agreed to', {
          field: '--quorum',
        })
      const signature = flags.show === true ? null : (flags.out ?? join(dir, `${draft.id}.signature.json`))
      if (signature !== null) await signInto(signature, dir, { draft, keys, roster, body, first: flags.first })
      out.result({ custodian: draft.id, ...facts(roster, policy), signature }, [
        ...inWords(roster, policy),
        ...(signature === null ? ['Nothing was signed.'] : [`Signed: send ${signature} to whoever founds the hub.`]),
      ])
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

interface Held {
  readonly draft: CustodianDraft
  /** Once it has signed a version 1; it may sign another as long as it has not been told of any. */
  readonly keys: CustodianKeys | undefined
}

async function heldIn(dir: string): Promise<Held> {
  const { key, log } = custodianPlaces(dir)
  try {
    return { draft: (await readKeyFile(key, 'custodian-draft')).keys, keys: undefined }
  } catch (error) {
    if (!isIndexError(error, 'ERR_KEY_WRONG')) throw error
  }
  const { keys } = await readKeyFile(key, 'custodian')
  if ((await fileCustodianStore(log).load(0)).length > 0)
    throw new IndexError('ERR_FILE_EXISTS', 'this custodian serves a hub already: it signs no other version 1')
  const { id, hub, signing, hpke, roots } = keys
  return { draft: { id, hub: { id: hub.id, publicKey: hub.publicKey }, signing, hpke, root: roots[0].key }, keys }
}

/** The keys are durable before the signature is out: whatever is founded with it, this custodian can serve. */
async function signInto(
  path: string,
  dir: string,
  {
    draft,
    keys: before,
    roster,
    body,
    first,
  }: Held & { readonly roster: Roster; readonly body: Uint8Array; readonly first: string | undefined },
): Promise<void> {
  const isFirst = custodiansOf(roster)[0]?.id === draft.id
  const keys = custodianKeys(draft, roster, await lookupKeyFor(draft, before, roster, isFirst, first))
  await replaceCustodianKeys(dir, keys)
  if (await saysTheSame(path, roster, draft.id)) return
  const signed = signFounding(draft, body, roster)
  const lookupKey = isFirst ? await sealLookupKey(keys, roster) : undefined
  await writePublicFile(path, 'child-index/genesis-signature', { ...signed, lookupKey })
}

async function lookupKeyFor(
  draft: CustodianDraft,
  before: CustodianKeys | undefined,
  roster: Roster,
  isFirst: boolean,
  first: string | undefined,
): Promise<Uint8Array> {
  // Drawn once: the others may have taken it in already.
  if (isFirst) return before?.lookupKeys[0].key ?? drawLookupKey(systemRandom)
  if (first === undefined)
    throw new IndexError('ERR_REQUEST_INVALID', 'custodian 1 signs first: give its signature file', {
      field: '--first',
    })
  return takeLookupKey(draft, roster, await readPublicFile(first, 'child-index/genesis-signature'))
}

/** Whether an earlier run wrote it: what is sealed in it differs each time it is made. */
async function saysTheSame(path: string, roster: Roster, custodian: string): Promise<boolean> {
  if (!(await exists(path))) return false
  const before = await readPublicFile(path, 'child-index/genesis-signature')
  return before.custodian === custodian && equalBytes(before.roster, roster.hash)
}

function facts(roster: Roster, policy: Policy): object {
  return {
    hub: toHex(roster.hub.id),
    pin: toHex(roster.hash),
    policyHash: roster.policies[0]?.hash,
    policyId: policy.id,
    custodians: custodiansOf(roster).map(({ id, controller }) => ({ id, controller })),
    quorum: roster.keyset.quorum,
    activationDelayMs: roster.activationDelayMs,
  }
}

function inWords(roster: Roster, policy: Policy): readonly string[] {
  const { hub, keyset, hash, activationDelayMs } = roster
  const hours = activationDelayMs / 3_600_000
  return [
    `Founds the hub ${hub.name}, ${toHex(hub.id)}`,
    `with ${keyset.members.length} custodians, any ${keyset.quorum} of whom can open a child’s details together:`,
    ...custodiansOf(roster).map(({ id, controller }) => `  ${id}, held by ${controller}`),
    `Details open when policy ${policy.id} (${policy.version}) is met: ${roster.policies[0]?.hash ?? ''}`,
    hours === 0
      ? 'A change of the roster takes effect as soon as a quorum has signed it.'
      : `A change of the roster takes effect ${hours} hours after it was journalled, once a quorum has signed it.`,
    `Everyone pins this hub by ${toHex(hash)}`,
  ]
}
