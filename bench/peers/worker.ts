import { parentPort } from 'node:worker_threads'
import type { FedBatch } from '../check-path/feed.js'
import { answerOver, portWire } from '../check-path/line.js'
import { Peer, type PeerPlace } from './side.js'

// A thread with one peer in it: does what it is asked until it is ended.
let peer: Peer | undefined
if (parentPort !== null) answerOver(portWire(parentPort), perform)

async function perform(what: string, [first, second]: readonly unknown[]): Promise<unknown> {
  if (what === 'open') {
    peer = await Peer.open(first as PeerPlace, second as boolean)
    return undefined
  }
  if (peer === undefined) throw new Error('the peer is not open')
  switch (what) {
    case 'record':
      return peer.record(first as readonly FedBatch[])
    case 'cases':
      return peer.cases()
    case 'close':
      return peer.close()
    default:
      throw new RangeError(`no peer does ${what}`)
  }
}
