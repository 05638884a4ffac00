import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fileOneUseKeys } from '../../src/cli/one-use-keys.js'
import {
  createAgency,
  createOfficer,
  createSealer,
  encodeKeyFile,
  initHub,
  newPartyKey,
  openHub,
  type PartyKey,
} from '../../src/index.js'
import { childDetails, nhsNumber } from '../support/house.js'
import { all } from '../support/lists.js'

const SCRIPT = fileURLToPath(new URL('./referrer.ts', import.meta.url))

test('a process killed at any step of referring leaves one referral, which is sent once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'child-index-referring-'))
  try {
    const { path, keyFile, opening, careKey } = await founded(folder)
    for (const step of ['before refer', 'after refer']) {
      expect(await lastWord([path, keyFile, opening, step]), step).toBe('standing')
      await using hub = await openHub({ path })
      expect((await all(hub.referrals())).length, step).toBe(step === 'after refer' ? 1 : 0)
      expect((await all(hub.deadlines())).length, step).toBe(step === 'after refer' ? 1 : 0)
    }
    expect(JSON.parse(await lastWord([path, keyFile, opening, 'none']))).toMatchObject({ referral: 1, status: 'sent' })
    await using hub = await openHub({ path })
    const care = createAgency({ id: 'care', kind: 'social-care', key: careKey, hub })
    expect(await all(care.referrals())).toMatchObject([{ kind: 'referral', referral: 1, case: 1 }])
    expect((await hub.journal.verify()).byType.get('referral')).toBe(2)
    expect(await all(hub.deadlines())).toMatchObject([{ kind: 'decision', number: 1, case: 1 }])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

interface Founded {
  readonly path: string
  readonly keyFile: string
  readonly opening: string
  readonly careKey: PartyKey
}

/** A hub in a folder, with one case that its officer has opened. */
async function founded(folder: string): Promise<Founded> {
  const path = join(folder, 'hub')
  const keyFile = join(folder, 'officer.key.json')
  const [key, careKey] = [await newPartyKey(), await newPartyKey()]
  await using hub = await initHub({ path, name: 'Anytown' })
  const births = createSealer({ id: 'births', key: await newPartyKey(), hub })
  const forTests = { hub, neverIssuedNumbers: true }
  const police = createAgency({ id: 'police', kind: 'police', key: await newPartyKey(), ...forTests })
  const care = createAgency({ id: 'care', kind: 'social-care', key: careKey, hub })
  const now = Date.now()
  const day = 86_400_000
  const standing = { undertakingAt: now - day, trainingUntil: now + 9 * day, vettingUntil: now + 9 * day }
  const party = { kind: 'officer', id: 'o-1', pin: hub.pin, key, person: 'p-1', roles: ['caseworker'] } as const
  await writeFile(keyFile, encodeKeyFile({ ...party, ...standing, oneUseKeys: [] }))
  const officer = createOfficer({ ...party, ...standing, hub, oneUseKeys: fileOneUseKeys(keyFile) })
  for (const each of [births, police, care, officer]) await hub.enrol(each.enrolment())
  await births.register(childDetails(1), { neverIssuedNumbers: true })
  const check = { incident: 'police-protection', occurredAt: now, reference: 'P/1', practitioner: 'p' }
  await police.check({ child: { nhsNumber: nhsNumber(1) }, ...check })
  await officer.take(1)
  const why = { purpose: 'referral', lawfulBasis: 'public-task', group: 'identity' } as const
  const { opening } = await officer.open({ case: 1, ...why })
  return { path, keyFile, opening, careKey }
}

/** What the process says last; where it stands still, it is killed there. */
async function lastWord(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise((resolve) => child.on('close', resolve))
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    if (line === 'standing') child.kill('SIGKILL')
  }
  await closed
  return last
}
