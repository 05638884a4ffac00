import { Worker } from 'node:worker_threads'
import type { FedBatch } from '../check-path/feed.js'
import { Caller } from '../check-path/line.js'
import type { Recorded } from '../check-path/ours.js'
import type { PeerPlace } from './side.js'

/** A peer in a thread of its own. */
export interface PeerSide {
  record(batches: readonly FedBatch[]): Promise<Recorded>
  /** Children at each level, from the lowest on. */
  cases(): Promise<readonly number[]>
  close(): Promise<void>
}

/** @param isNew whether its children are still to be registered */
export async function startPeer(place: PeerPlace, isNew: boolean): Promise<PeerSide> {
  const worker = new Worker(new URL('./peer.js', import.meta.url))
  const caller = new Caller({
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
  })
  worker.on('error', (error) => caller.end(String(error.stack)))
  worker.on('exit', () => caller.end('the thread has ended'))
  await caller.call('open', [place, isNew])
  return {
    record: async (batches) => (await caller.call('record', [batches])) as Recorded,
    cases: async () => (await caller.call('cases', [])) as readonly number[],
    async close() {
      await caller.call('close', [])
      await worker.terminate()
    },
  }
}
