import { encode, equalBytes, type Random } from '../bytes.js'
import { IndexError } from '../errors.js'
import { aeadOpen, aeadSeal } from './aead.js'
import { type SealedShare, shareAad, shareHash } from './record.js'
import { drawHandle, type GenerationKey, issueWrap } from './wrap.js'

/** The part of a sealed share that changes when it is wrapped anew. */
export type Wrapping = Pick<SealedShare, 'handle' | 'generation' | 'wrapped'>

/**
 * A custodian's own share under another of its roots, with a fresh handle. The share itself is the same, and so is the record.
 * @param label of the record, 32 bytes
 * @throws {IndexError} `ERR_SEAL_INVALID` unless label, root and every bit of the share are those of the sealing
 */
export function rewrapShare(
  sealed: SealedShare,
  label: Uint8Array,
  from: Uint8Array,
  to: GenerationKey,
  random: Random,
): Wrapping {
  const { custodian } = sealed
  const handle = drawHandle(random)
  const [before, after] = [issueWrap(from, sealed.handle, label), issueWrap(to.key, handle, label)]
  const share = aeadOpen(before, shareAad(label, sealed), sealed.wrapped)
  try {
    if (!equalBytes(shareHash(label, custodian, share), sealed.shareHash))
      throw new IndexError('ERR_SEAL_INVALID', 'a share is not the one that was sealed')
    const { generation } = to
    return {
      handle,
      generation,
      wrapped: aeadSeal(after, shareAad(label, { custodian, handle, generation }), share, random),
    }
  } finally {
    for (const secret of [share, before, after]) secret.fill(0)
  }
}

/** What a custodian signs of the shares that it wrapped anew, so that nobody puts others in their place. */
export function rewrapStatement(
  hub: Uint8Array,
  custodian: string,
  question: Uint8Array,
  answer: Uint8Array,
): Uint8Array {
  return encode('rewrap-answer/v1', hub, custodian, question, answer)
}
