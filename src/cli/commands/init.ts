import type { Command } from 'commander'
import { toHex } from '../../bytes.js'
import { hubFolder } from '../../embedded/files.js'
import { prepareHub } from '../../embedded/founding.js'
import { initHub } from '../../embedded.js'
import { IndexError } from '../../errors.js'
import { parsePolicy } from '../../policy/parse.js'
import type { Policy } from '../../policy/policy.js'
import { does, newCommand } from '../command.js'
import { DONE } from '../failure.js'
import { smallText } from '../mapping.js'

const POLICY_BYTES_MAX = 1024 * 1024

export function initCommand(): Command {
  const command = newCommand('init', 'Found a hub in a folder, with three custodians in one process.', {
    example: 'init --name Anytown --dir ./anytown',
    json: '{ name, dir, hub, pin, policyHash, custodians, quorum, warnings: [text] }; with --apart { name, dir, hub, identity: file }',
  })
    .requiredOption('--name <name>', 'name of the hub, such as its local authority')
    .option('--policy <file>', 'policy as JSON (default: the illustrative policy of this package)')
    .option('--apart', 'draw the hub’s keys only: its custodians draw their own, and found takes it from there')
  return does<{ name: string; policy?: string; apart?: boolean }>(command, async ({ dir, out }, options) => {
    if (options.apart === true) {
      if (options.policy !== undefined)
        throw new IndexError('ERR_REQUEST_INVALID', 'with --apart the policy is given to found', { field: '--policy' })
      const { name, id } = await prepareHub(dir, options.name)
      const { identity } = hubFolder(dir)
      out.result({ name, dir, hub: toHex(id), identity }, [
        `Drew the keys of ${name} in ${dir}; it is not founded yet.`,
        `Send ${identity} to each custodian: child-index custodian init --hub hub.json --id custodian-1 --controller …`,
      ])
      return DONE
    }
    const policy = options.policy === undefined ? undefined : await policyFrom(options.policy)
    await using hub = await initHub({ path: dir, name: options.name, policy })
    const { name, policyHash, custodians, quorum, warnings } = hub.status()
    const id = toHex(hub.id)
    const pin = toHex(hub.pin.roster)
    out.result({ name, dir, hub: id, pin, policyHash, custodians, quorum, warnings }, [
      `Founded ${name} in ${dir}`,
      `hub  ${id}`,
      `pin  ${pin}`,
      'Give hub and pin to every party: whoever has them needs to believe nothing else.',
      `Keep ${dir}/keys apart from the database, and a safe copy of it: without them nothing can be opened.`,
      ...warnings.map((warning) => `Warning: ${warning}.`),
    ])
    return DONE
  })
}

export async function policyFrom(file: string): Promise<Policy> {
  return parsePolicy(await smallText(file, POLICY_BYTES_MAX, 'the policy file'))
}
