import { pack, readU64, unpack, utf8Text } from '../bytes.js'
import { BLIND_MAX, INNER_LENGTH, outerTokens, TOKEN_SORTS, type TokenSort } from '../child/tokens.js'
import { IndexError } from '../errors.js'
import type { Message } from '../port.js'
import { keyOf } from '../seal/wrap.js'
import { bytesFromHub, type Desk } from './desk.js'
import { type Meter, meter } from './meter.js'

/** Completes lookup tokens, of which it sees only the hub's half. */
export async function blind(desk: Desk, counted: Meter, message: Message): Promise<Uint8Array> {
  const { generation, sort, inner } = readBlinding(bytesFromHub(desk, message))
  const key = keyOf(desk.keys.lookupKeys, generation)
  await meter(desk, counted, sort, inner.length / INNER_LENGTH)
  return pack('tokens/v1', outerTokens(key, desk.keys.hub.id, sort, inner))
}

function readBlinding(body: Uint8Array): {
  readonly generation: number
  readonly sort: TokenSort
  readonly inner: Uint8Array
} {
  const [generation, word, inner] = unpack('blind/v1', body, 3) as [Uint8Array, Uint8Array, Uint8Array]
  const sort = TOKEN_SORTS.find((each) => each === utf8Text(word))
  const areHalves = inner.length > 0 && inner.length <= INNER_LENGTH * BLIND_MAX && inner.length % INNER_LENGTH === 0
  if (sort !== undefined && areHalves) return { generation: readU64(generation), sort, inner }
  throw new IndexError('ERR_MESSAGE_MALFORMED', 'blind must name a sort of tokens, and halves of 32 bytes each')
}
