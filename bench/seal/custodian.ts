import { type CustodianKeys, memoryCustodianStore, openCustodian } from '../../src/custodian.js'
import { servePort } from '../../src/transport/serve.js'
import { type BareCustodian, bareCustodian } from './bare.js'

/** What the benchmark tells a custodian's process: to open and listen, or to do the bare work of a release. */
export type Told =
  | { readonly kind: 'open'; readonly keys: CustodianKeys }
  | { readonly kind: 'bare'; readonly evidenceBytes: number; readonly checks: number }

let bare: BareCustodian | undefined

process.on('message', (told: Told) => {
  void done(told).then((answer) => process.send?.(answer))
})

async function done(told: Told): Promise<string> {
  if (told.kind === 'open') {
    const { keys } = told
    const custodian = await openCustodian({ keys, store: memoryCustodianStore() })
    const peers = [keys.hub.publicKey]
    return (await servePort(custodian, { identity: keys.signing, peers, listen: 'tcp:127.0.0.1:0' })).address
  }
  bare ??= await bareCustodian(told.evidenceBytes, told.checks)
  await bare.work()
  return 'done'
}
