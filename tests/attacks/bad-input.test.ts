import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { utf8Text } from '../../src/bytes.js'
import { toJsonBytes } from '../../src/json.js'
import { encodeMessage, MESSAGE_BYTES_MAX } from '../../src/port.js'
import { house } from '../support/house.js'

test('a relay to somebody who is no custodian is refused without their name', async () => {
  await using it = await house()
  for (const to of ['Zebedelia Quixandra', 'custodian-4', '', '__proto__', 'met-police']) {
    const body = toJsonBytes({ to, message: new Uint8Array(3) })
    const reply = await it.hub.send(encodeMessage('relay', body, it.clock.now))
    expect(utf8Text(reply)).toContain('ERR_PARTY_UNKNOWN')
    if (to !== '') expect(inspect(utf8Text(reply))).not.toContain(to)
  }
})

test('a relay of more than a socket carries is refused before a custodian is asked', async () => {
  await using it = await house()
  const body = toJsonBytes({ to: 'custodian-1', message: new Uint8Array(MESSAGE_BYTES_MAX + 1) })
  const reply = await it.hub.send(encodeMessage('relay', body, it.clock.now))
  expect(utf8Text(reply)).toContain('ERR_REQUEST_INVALID')
})
