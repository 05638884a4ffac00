import { createPublicKey, type KeyObject } from 'node:crypto'
import { hashOf, type PeerCheck, type PeerReceipt, signedText, verifiedText } from './check.js'
import type { PeerHub } from './hub.js'

/** An agency's side: signs a batch, verifies the answer, and looks whether it is about what was sent. */
export async function submitted(
  hub: PeerHub,
  agency: { readonly id: string; readonly key: KeyObject; readonly hubKey: KeyObject },
  checks: readonly PeerCheck[],
): Promise<readonly PeerReceipt[]> {
  const answer = await hub.submit(signedText(agency.id, checks, agency.key))
  const receipts = verifiedText(answer, createPublicKey(agency.hubKey)) as readonly PeerReceipt[]
  checks.forEach((check, row) => {
    const receipt = receipts[row]
    if (receipt === undefined || ('hash' in receipt && receipt.hash !== hashOf(check)))
      throw new Error('the receipt is not for the check that was sent')
  })
  return receipts
}
