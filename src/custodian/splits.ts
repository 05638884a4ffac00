import { z } from 'zod'
import { agreedBy, type LinkStatement, parseLinkStatements, splitAt, splitKeptStatement } from '../case/link.js'
import { parse } from '../door.js'
import { IndexError } from '../errors.js'
import { fromJsonBytes, toJsonBytes } from '../json.js'
import type { Message } from '../port.js'
import { sign } from '../signature.js'
import type { Desk } from './desk.js'

const splitBody = z.strictObject({ statements: z.unknown() })

/** Keeps two officers' word that a merge is undone, and signs that it does, so that the hub cannot hide it later. */
export async function keepSplit(desk: Desk, message: Message): Promise<Uint8Array> {
  // The officers' own signatures count, whoever brings them.
  const body = parse(splitBody, fromJsonBytes(message.body), 'ERR_MESSAGE_MALFORMED', 'split')
  const statements = parseLinkStatements(body.statements, 'ERR_REQUEST_INVALID')
  const [said] = statements
  if (said?.kind !== 'split' || !isTheirs(desk, statements))
    throw new IndexError('ERR_SIGNATURE_INVALID', 'the split is not signed by two officers')
  const { duplicate } = said
  const at = splitAt(statements)
  if ((desk.memory().splits.get(duplicate) ?? -1) < at)
    await desk.remember({ kind: 'split', duplicate, at, statements })
  return toJsonBytes({
    signature: sign(desk.keys.signing, splitKeptStatement(desk.keys.hub.id, desk.keys.id, duplicate, at)),
  })
}

/** A split only takes power away: it stands too where an officer who signed it has lost their standing since. */
function isTheirs(desk: Desk, statements: readonly LinkStatement[]): boolean {
  const { versions } = desk.memory().rosters
  return versions.some(({ roster }) => agreedBy(desk.keys.hub.id, roster, statements) !== undefined)
}
