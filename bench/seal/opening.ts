import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAgency } from '../../src/agency.js'
import type { CustodianKeys } from '../../src/custodian.js'
import { found } from '../../src/founding.js'
import { foundHub } from '../../src/hub/open-context.js'
import { type Hub, openHub } from '../../src/hub.js'
import { createOfficer, type Officer } from '../../src/officer.js'
import { newPartyKey } from '../../src/party.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Port } from '../../src/port.js'
import { createSealer } from '../../src/sealer.js'
import { memoryStore } from '../../src/store/memory.js'
import { systemClock, systemRandom } from '../../src/system.js'
import { generateChildren } from '../../src/testing/population/children.js'
import { type ConnectedPort, connectPort } from '../../src/transport/connect.js'
import type { Comparison } from '../report.js'
import { bareHub } from './bare.js'
import type { Told } from './custodian.js'

const ASK = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const

/**
 * An opening, from the officer's question to its three answers, with that many checks of evidence, each signed apart, and
 * three custodians in processes of their own behind TLS. The bare work is done by the same processes, at the same time. No
 * disk: hub and custodians keep what they know in memory.
 */
export async function compareOpening(checks: number, rounds: number): Promise<readonly Comparison[]> {
  const { officer, processes, evidenceBytes, close } = await threeProcesses(checks)
  const hub = await bareHub(evidenceBytes())
  const ours = async (): Promise<void> => {
    if ((await officer.open(ASK)).released.length !== 3) throw new RangeError('not all three released')
  }
  const bare = async (): Promise<void> => {
    await hub.before()
    await Promise.all(processes.map((each) => told(each, { kind: 'bare', evidenceBytes: evidenceBytes(), checks })))
    hub.after()
  }
  const values: number[] = []
  const baselines: number[] = []
  for (let round = -3; round < rounds; round += 1) {
    const [value, baseline] = [await msOf(ours), await msOf(bare)]
    // The first warm up.
    if (round < 0) continue
    values.push(value)
    baselines.push(baseline)
  }
  await close()
  const note = `${checks} checks, ${Math.round(evidenceBytes() / 1000)} kB of evidence, beside the signatures, hashes and HPKE alone`
  return [{ name: `open/${checks}`, unit: 'ms', values, baselines, note }]
}

async function threeProcesses(checks: number) {
  const policy = parsePolicy(countingPolicy(checks))
  const { id, keys, genesis, custodians } = await found({ name: 'Bench', policy, random: systemRandom })
  const processes = custodians.map(() => newProcess())
  const lines = await Promise.all(custodians.map((each, i) => line(processes[i] as ChildProcess, each, keys.signing)))
  let largest = 0
  const sized = (port: Port): Port => ({
    send(message, options) {
      largest = Math.max(largest, message.length)
      return port.send(message, options)
    },
  })
  const ports = new Map(custodians.map((each, i) => [each.id, sized(lines[i] as ConnectedPort)]))
  const options = { id, store: memoryStore(), keys, custodians: ports, clock: systemClock, random: systemRandom }
  await foundHub(options, genesis, policy)
  const hub = await openHub(options)
  const officer = await withCase(hub, checks)
  await officer.open(ASK)
  return {
    officer,
    processes,
    // Base64 makes a third more of it on its way.
    evidenceBytes: () => Math.round(largest * 0.75),
    async close() {
      await hub.close()
      for (const each of lines) each.close()
      for (const each of processes) each.kill()
    },
  }
}

function newProcess(): ChildProcess {
  const here = import.meta.url
  const file = fileURLToPath(new URL(`./custodian${extname(fileURLToPath(here))}`, here))
  const child = fork(file, { serialization: 'advanced' })
  // What fails in between must not leave anybody waiting for it.
  process.once('exit', () => child.kill())
  return child
}

async function line(child: ChildProcess, keys: CustodianKeys, identity: CustodianKeys['signing']) {
  const address = await told(child, { kind: 'open', keys })
  return connectPort({ address, identity, peer: keys.signing.publicKey })
}

async function told(child: ChildProcess, what: Told): Promise<string> {
  const answer = once(child, 'message')
  child.send(what)
  return String((await answer)[0])
}

async function withCase(hub: Hub, checks: number): Promise<Officer> {
  const now = Date.now()
  const [child] = generateChildren({ seed: 7, children: 1, now })
  if (child?.nhsNumber === undefined) throw new RangeError('the child has no number')
  const sealer = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const agency = createAgency({ id: 'clinic', kind: 'health', key: await newPartyKey(), hub, neverIssuedNumbers: true })
  const standing = { undertakingAt: now - 1_000, trainingUntil: now + 1e9, vettingUntil: now + 1e9 }
  const officer = createOfficer({ id: 'officer', person: 'p', key: await newPartyKey(), hub, ...standing })
  for (const party of [sealer, agency, officer]) await hub.enrol(party.enrolment())
  await sealer.register(child, { neverIssuedNumbers: true })
  for (let i = 0; i < checks; i += 1) {
    const about = { child: { nhsNumber: child.nhsNumber }, incident: 'called', occurredAt: now, practitioner: 'Dr A' }
    await agency.check({ ...about, reference: `r${i}` })
  }
  await hub.caughtUp()
  await officer.take(ASK.case)
  return officer
}

/** A policy of which as many checks are all needed. */
function countingPolicy(atLeast: number): unknown {
  const count = { atLeast, withinDays: 100, where: { incidents: ['called'] } }
  return {
    id: 'counting',
    version: 1,
    title: 'Counts calls',
    horizonDays: 200,
    indicators: {},
    incidents: { called: { label: 'called', points: 0 } },
    levels: [
      {
        name: 'child-protection',
        threshold: 'child-protection',
        opens: ['identity', 'carers'],
        reachedWhen: { count },
      },
    ],
  }
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}
