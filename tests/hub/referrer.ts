import { readFile } from 'node:fs/promises'
import { fileOneUseKeys } from '../../src/cli/one-use-keys.js'
import { openHub } from '../../src/embedded.js'
import { decodeKeyFile } from '../../src/key-file.js'
import { createOfficer } from '../../src/officer.js'
import type { HubPort } from '../../src/party.js'
import { decodeMessage } from '../../src/port.js'

// Refers a case, and stands still at one of the steps until it is killed there.
const [path = '', keyFile = '', opening = '', step = ''] = process.argv.slice(2)
const hub = await openHub({ path })
const { id, key, pin, person, undertakingAt, trainingUntil, vettingUntil, roles } = decodeKeyFile(
  await readFile(keyFile, 'utf8'),
  'officer',
)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const stand = async (): Promise<never> => {
  say('standing')
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1000))
}
const line: HubPort = {
  pin,
  async send(message, options) {
    const { verb } = decodeMessage(message)
    if (step === `before ${verb}`) return stand()
    const reply = await hub.send(message, options)
    return step === `after ${verb}` ? stand() : reply
  },
}
const standing = { person, undertakingAt, trainingUntil, vettingUntil, roles }
const officer = createOfficer({ id, key, hub: line, ...standing, oneUseKeys: fileOneUseKeys(keyFile) })
const sent = await officer.refer({ case: 1, to: 'care', because: 'acts-on-referral', openings: [opening] })
await hub.close()
say(JSON.stringify(sent))
