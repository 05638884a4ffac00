import { z } from 'zod'
import { isBytes, parse } from '../door.js'
import { IndexError, isIndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Connection } from '../party.js'
import type { SendOptions } from '../port.js'
import { custodiansOf } from '../roster/roster.js'
import { verifySignature } from '../signature.js'

const keptReply = z.strictObject({ signature: isBytes })

/**
 * Hands every custodian in standing what its signers want kept. Each signs that it keeps it, so that a hub which carries none of them on
 * is seen.
 * @param kept what the custodian with this id signs
 * @throws {IndexError} `ERR_CUSTODIAN_UNAVAILABLE` naming those who did not confirm: the hub has recorded it, send it again
 */
export async function tellCustodians(
  line: Connection,
  verb: 'withdraw' | 'withdraw-determination' | 'split',
  body: unknown,
  kept: (custodian: string) => Uint8Array,
  send?: SendOptions,
): Promise<void> {
  const bytes = toJsonBytes(body)
  const confirms = async (id: string, key: Uint8Array): Promise<boolean> => {
    try {
      const reply = fromJsonBytes(await line.relay(id, verb, bytes, send))
      return verifySignature(key, kept(id), parse(keptReply, reply, 'ERR_MESSAGE_MALFORMED', verb).signature)
    } catch (error) {
      if (!isIndexError(error)) throw error
      return false
    }
  }
  const custodians = custodiansOf(await line.roster(send)).filter(({ suspended }) => !suspended)
  const told = await Promise.all(custodians.map(({ id, keys }) => confirms(id, keys.signing)))
  const missing = custodians.filter((_, at) => told[at] !== true).map(({ id }) => id)
  if (missing.length === 0) return
  throw new IndexError(
    'ERR_CUSTODIAN_UNAVAILABLE',
    `the hub has recorded it, but not every custodian confirmed it (missing: ${missing.join(', ')}): send it again`,
  )
}
