import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { CaseEvent } from '../../src/case/event.js'
import { officerFrom } from '../../src/cli/keys.js'
import {
  createAgency,
  createOfficer,
  createSealer,
  encodeKeyFile,
  type Hub,
  initHub,
  memoryOneUseKeys,
  newPartyKey,
  openHub,
} from '../../src/index.js'
import { seededRandom } from '../../src/testing.js'
import { parseCaseEvent } from '../../src/verify/case-shapes.js'
import { keyOf } from '../support/forge.js'
import { childDetails, DAY, type House, house, NOW, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'
import { wrongIn } from '../verify/office.js'
import { workDay } from './day.js'
import { watched } from './watched-store.js'

/** What must have happened to the case, once each, however often the day was begun again. */
const ONCE = ['raised', 'taken', 'opened', 'referred', 'closed']

async function withCase(it: House): Promise<void> {
  await it.register(childDetails(1))
  const child = { nhsNumber: nhsNumber(1) }
  const incident = 'police-protection'
  await it.police.check({ child, incident, occurredAt: it.clock.now, reference: 'a', practitioner: 'p' })
  await it.hub.caughtUp()
}

async function caseEvents(it: House): Promise<readonly CaseEvent['event'][]> {
  const { ledger } = await it.context()
  const entries = await ledger.read(0, 1_000)
  return entries.flatMap(({ entry }) => (entry?.type === 'case' ? [parseCaseEvent(entry.body).event] : []))
}

/** The day, with the hub gone when its n-th commit is durable and nobody has heard of it. Whether there was an n-th. */
async function interrupted(commit: number): Promise<boolean> {
  const gate = watched()
  await using it = await house({ store: gate.store })
  await withCase(it)
  const standing = { undertakingAt: NOW - DAY, trainingUntil: NOW + DAY, vettingUntil: NOW + DAY }
  const officer = createOfficer({
    ...standing,
    id: 'first',
    person: 'person-first',
    key: keyOf(it, 'first'),
    hub: it.line,
    // No two of an officer's messages are of one instant.
    clock: () => {
      it.clock.now += 1
      return it.clock.now
    },
    oneUseKeys: memoryOneUseKeys(),
  })
  let count = 0
  let isGone = false
  gate.afterCommit = async () => {
    count += 1
    if (count < commit) return
    isGone = true
    throw new Error('gone')
  }
  await workDay(officer, 'st-marys').catch((error: unknown) => {
    if (!isGone) throw error
  })
  gate.afterCommit = undefined
  await it.reopen({ crash: true })
  await workDay(officer, 'st-marys')
  const at = `gone at ${commit}`
  expect([...(await caseEvents(it))].sort(), at).toEqual([...ONCE].sort())
  expect(await all(it.hub.referrals()), at).toHaveLength(1)
  expect(await all(it.health.referrals()), at).toHaveLength(1)
  expect(await it.first.cases(), at).toMatchObject([{ number: 1, status: 'closed' }])
  expect(await it.first.nextCase(), at).toBeUndefined()
  expect(await wrongIn(it), at).toEqual([])
  return isGone
}

test('a day begun again after the hub was gone at any of its commits happened once', async () => {
  let commit = 1
  while (await interrupted(commit)) commit += 1
  expect(commit).toBeGreaterThan(8)
}, 120_000)

const seed = Date.now() % 1_000_000
const KILLS = 2

test(`a day whose process is killed at some of its commits is worked once (seed ${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-day-'))
  const random = seededRandom(seed)
  try {
    await founded(join(folder, 'begun'))
    for (let round = 0; round < KILLS; round += 1) {
      const path = join(folder, `round-${round}`)
      await cp(join(folder, 'begun'), path, { recursive: true })
      const commit = random.integer(1, 12)
      expect(await worker(path, commit), `killed at ${commit}`).toBe('SIGKILL')
      await using hub = await openHub({ path: join(path, 'hub') })
      await workDay(await officerFrom(hub, join(path, 'officer.key.json')), 'care')
      await expectOnce(hub, `killed at ${commit}`)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

async function founded(path: string): Promise<void> {
  await using hub = await initHub({ path: join(path, 'hub'), name: 'Anytown' })
  const key = await newPartyKey()
  const sealer = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const police = createAgency({ id: 'police', kind: 'police', key, hub, neverIssuedNumbers: true })
  const care = createAgency({ id: 'care', kind: 'social-care', key: await newPartyKey(), hub })
  const day = 86_400_000
  const standing = { undertakingAt: Date.now() - day, trainingUntil: Date.now() + day, vettingUntil: Date.now() + day }
  const officerKey = await newPartyKey()
  const officer = createOfficer({ id: 'first', person: 'ada', key: officerKey, hub, ...standing })
  await hub.enrol([sealer.enrolment(), police.enrolment(), care.enrolment(), officer.enrolment()])
  await sealer.register(childDetails(1), { neverIssuedNumbers: true })
  const child = { nhsNumber: nhsNumber(1) }
  const incident = 'police-protection'
  await police.check({ child, incident, occurredAt: Date.now() - 1_000, reference: 'a', practitioner: 'p' })
  await hub.caughtUp()
  const party = { kind: 'officer', id: 'first', pin: hub.pin, key: officerKey, person: 'ada', ...standing } as const
  const content = { ...party, roles: ['caseworker'], oneUseKeys: [] } as const
  await writeFile(join(path, 'officer.key.json'), encodeKeyFile(content))
}

/** How the process ended. */
async function worker(path: string, commit: number): Promise<string | null> {
  const script = fileURLToPath(new URL('./day-worker.ts', import.meta.url))
  const args = [script, join(path, 'hub'), join(path, 'officer.key.json'), 'care', String(commit)]
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))
}

async function expectOnce(hub: Hub, at: string): Promise<void> {
  expect((await hub.journal.verify()).verified, at).toBe(true)
  expect(await all(hub.cases()), at).toMatchObject([{ number: 1, status: 'closed' }])
  expect(await all(hub.referrals()), at).toHaveLength(1)
  expect((await hub.case(1)).referrals, at).toHaveLength(1)
}
