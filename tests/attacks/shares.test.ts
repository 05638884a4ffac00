import { beforeEach, expect, test } from 'vitest'
import { pack, unpack } from '../../src/bytes.js'
import { parseReleaseAnswer, type ReleaseMessage } from '../../src/case/messages.js'
import type { ReleaseAnswer } from '../../src/case/opening.js'
import { releaseInfo } from '../../src/custodian/knowledge.js'
import { createOfficer, type HubPort, type Officer } from '../../src/index.js'
import { fromJsonBytes, toJsonBytes } from '../../src/json.js'
import { decodeMessage } from '../../src/port.js'
import { hpkeSeal } from '../../src/seal/hpke.js'
import { ASK, type HouseOfCustodians, houseOfCustodians } from '../support/custodians.js'
import { forge, keyOf } from '../support/forge.js'
import { childDetails, DAY, nhsNumber, takingCases } from '../support/house.js'

let there: HouseOfCustodians
beforeEach(async () => {
  there = await houseOfCustodians()
  await there.it.register(childDetails(1))
  await there.it.police.check({
    child: { nhsNumber: nhsNumber(1) },
    incident: 'police-protection',
    occurredAt: there.it.clock.now,
    reference: 'one',
    practitioner: 'PC 42',
  })
  await there.it.hub.caughtUp()
  return () => there.it[Symbol.asyncDispose]()
})

/** The officer's line to a hub that answers `read-opening` with something else. */
function lyingLine(change: (reply: Record<string, unknown>) => Record<string, unknown>): HubPort {
  const { hub } = there.it
  return {
    pin: hub.pin,
    async send(message, options) {
      const reply = await hub.send(message, options)
      if (decodeMessage(message).verb !== 'read-opening') return reply
      const [body] = unpack('reply/v1', reply, 1) as [Uint8Array]
      return pack('reply/v1', toJsonBytes(change(fromJsonBytes(body) as Record<string, unknown>)))
    },
  }
}

function officer(id: string, hub: HubPort): Officer {
  const { now } = there.it.clock
  const standing = { undertakingAt: now - DAY, trainingUntil: now + DAY, vettingUntil: now + DAY }
  return takingCases(
    createOfficer({
      id,
      person: `person-${id}`,
      key: keyOf(there.it, id),
      hub,
      clock: there.it.clock.read,
      ...standing,
    }),
  )
}

test('shares that were released to one officer are nothing to another, nor to another opening of the same one', async () => {
  let theirs: Record<string, unknown> | undefined
  let swaps: (reply: Record<string, unknown>) => Record<string, unknown> = (reply) => reply
  const line = lyingLine((reply) => {
    theirs ??= reply
    return swaps(reply)
  })
  const [first, second] = [officer('first', line), officer('second', line)]
  const [one, two, again] = [await first.open({ ...ASK }), await second.open({ ...ASK }), await first.open({ ...ASK })]
  await first.read(one.opening)
  swaps = (reply) => ({ ...reply, releases: theirs?.releases })
  for (const read of [() => second.read(two.opening), () => first.read(again.opening)])
    await expect(read()).rejects.toMatchObject({ code: 'ERR_SHARES_INSUFFICIENT' })
  swaps = () => theirs ?? {}
  for (const read of [() => second.read(two.opening), () => first.read(again.opening)])
    await expect(read()).rejects.toMatchObject({ code: 'ERR_SEAL_INVALID' })
  swaps = (reply) => ({ ...reply, record: theirs?.record })
  expect((await second.read(two.opening)).details, 'the record itself is the same').toMatchObject({
    nhsNumber: nhsNumber(1),
  })
})

test('two openings at once are two, each with its own releases', async () => {
  const { first, second } = there.it
  const all = await Promise.all([first.open(ASK), second.open(ASK), first.open({ ...ASK, group: 'carers' })])
  expect(all.map(({ opened }) => opened)).toEqual([true, true, true])
  expect(new Set(all.map(({ opening }) => opening)).size).toBe(3)
  const kept = (await there.stores.get('custodian-1')?.load(0)) ?? []
  expect(kept.filter(({ kind }) => kind === 'opening')).toHaveLength(3)
  await first.read(all[0].opening)
  await second.read(all[1].opening)
})

test('one opening id asked for by two requests at once is released for one of them', async () => {
  const hub = await there.it.context()
  const keys = there.keys('custodian-1')
  const forgedNow = async (opening: Uint8Array): Promise<ReleaseMessage> => {
    const { message } = await forge(there.it, hub, { request: { opening } })
    return message
  }
  const opening = hub.random(16)
  const messages = [await forgedNow(opening), await forgedNow(opening)]
  const { note } = (await there.ask('custodian-1', 'last-seen', {})) as { note: string }
  const to = Number(note.split('\n')[1])
  const asked = async (message: ReleaseMessage): Promise<ReleaseAnswer> => {
    const consistency = await hub.ledger.consistency(
      Math.min(to, message.consistency.to),
      Math.max(to, message.consistency.to),
    )
    const body = toJsonBytes({ ...message, consistency })
    const sealed = await hpkeSeal(keys.hpke.publicKey, releaseInfo(hub.id, keys.id), new Uint8Array(0), body)
    const { answer } = (await there.ask('custodian-1', 'release', { sealed })) as { answer: Uint8Array }
    return parseReleaseAnswer(fromJsonBytes(answer))
  }
  const answers = await Promise.all([...messages, ...messages].map(asked))
  // Which of the two comes first is chance: it is released, both times alike, and the other is not.
  const [won, lost] = answers[0]?.kind === 'released' ? [0, 1] : [1, 0]
  expect(answers.filter(({ kind }) => kind === 'released')).toEqual([answers[won], answers[won]])
  expect(answers[won + 2]).toEqual(answers[won])
  for (const answer of [answers[lost], answers[lost + 2]])
    expect(answer).toMatchObject({ kind: 'refused', reason: 'opening-used-before' })
})
