import type { Command } from 'commander'
import { tagOf, unpack, unversioned, utf8Text } from '../../../bytes.js'
import { openCustodian } from '../../../custodian.js'
import { custodianPlaces, readCustodianFolder } from '../../../embedded/custodian-folder.js'
import { fileKeyPlace } from '../../../embedded/files.js'
import { IndexError } from '../../../errors.js'
import { decodeMessage, type Port } from '../../../port.js'
import { CUSTODIAN_FOLDER, does, interrupted, newCommand } from '../../command.js'
import { DONE } from '../../failure.js'

/** `child-index custodian serve`: the custodian as a process of its own. */
export function custodianServeCommand(): Command {
  const command = newCommand(
    'serve',
    'Answer the hub on a socket until the process is told to end; nobody but the hub gets in.',
    { example: 'custodian serve --listen unix:/run/child-index/custodian.sock', json: '{ custodian, hub, address }' },
    CUSTODIAN_FOLDER,
  )
    .option('--listen <address>', 'unix:PATH or tcp:HOST:PORT (default: what init was told)')
    .option('--log', 'write a line for each message to standard error: verb, outcome, milliseconds')
  return does<{ listen?: string; log?: boolean }>(
    command,
    async ({ dir, out, signal }, flags) => {
      const { keys, store, settings } = await readCustodianFolder(dir)
      const listen = flags.listen ?? settings.listen
      if (listen === undefined)
        throw new IndexError('ERR_REQUEST_INVALID', 'say where to listen', { field: '--listen' })
      const { approve, blindsPerDay } = settings
      const reloadKeys = () => fileKeyPlace(custodianPlaces(dir).key).read()
      const custodian = await openCustodian({ keys, store, approve, blindsPerDay, reloadKeys })
      const { servePort } = await import('../../../transport.js')
      const serving = await servePort(flags.log === true ? logged(custodian) : custodian, {
        identity: keys.signing,
        peers: [keys.hub.publicKey],
        listen,
      })
      const { address } = serving
      const hub = Buffer.from(keys.hub.id).toString('hex')
      out.result({ custodian: keys.id, hub, address }, [`${keys.id} of hub ${hub} listens at ${address}`])
      await interrupted(signal)
      await serving.close()
      return DONE
    },
    CUSTODIAN_FOLDER,
  )
}

/** Nothing of a message but its verb, and of a reply its code, gets into a log. */
function logged(port: Port): Port {
  return {
    async send(message, options) {
      const began = performance.now()
      const say = (outcome: string): void => {
        process.stderr.write(`${verbOf(message)} ${outcome} ${Math.round(performance.now() - began)} ms\n`)
      }
      try {
        const reply = await port.send(message, options)
        say(codeOf(reply))
        return reply
      } catch (fault) {
        say('ERR_UNEXPECTED')
        throw fault
      }
    },
  }
}

function verbOf(message: Uint8Array): string {
  try {
    return /^[a-z-]{1,32}$/.exec(decodeMessage(message).verb)?.[0] ?? '?'
  } catch {
    return '?'
  }
}

function codeOf(reply: Uint8Array): string {
  if (tagOf(unversioned(reply)) !== 'failure/v1') return 'answered'
  const [code = new Uint8Array(0)] = unpack('failure/v1', reply, 3)
  return utf8Text(code)
}
