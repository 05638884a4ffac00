import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { createKeyFile, readKeyFile } from '../../embedded/files.js'
import { alone, createWitnessState, fileWitnessStore, witnessFolder } from '../../embedded/witness-files.js'
import { IndexError } from '../../errors.js'
import { formatVerifierKey, NOTE_COSIGNATURE, NOTE_ED25519, parseVerifierKey } from '../../journal/note.js'
import { when } from '../../page/words.js'
import { signingKey } from '../../signature.js'
import { systemRandom } from '../../system.js'
import { serveWitness } from '../../transport/witness.js'
import { openWitness, type Witness, type WitnessAnswer, type WitnessedHub } from '../../witness.js'
import { does, interrupted, newCommand } from '../command.js'
import { DONE, REJECTED } from '../failure.js'

/** `witness`: somebody else than the hub follows its heads, and cosigns those that continue each other. */
export function witnessCommand(): Command {
  const group = new Command('witness').description(
    'Follow hubs from outside, and cosign heads that continue each other.',
  )
  for (const command of [init(), follow(), drop(), serve(), answer(), status()]) group.addCommand(command)
  return group
}

function init(): Command {
  const command = newCommand('init', 'Make a witness in a folder of its own, with its key.', {
    example: 'witness init --dir ./witness --name witness.example/w1',
    json: '{ name, key }',
  }).requiredOption('--name <name>', 'its key name, as rosters will have it')
  return does<{ readonly name: string }>(command, async ({ dir, out }, { name }) => {
    if (!/^[A-Za-z0-9./_-]{1,128}$/.test(name))
      throw new IndexError('ERR_REQUEST_INVALID', 'must be 1 to 128 letters, digits and . / _ -', { field: '--name' })
    const folder = witnessFolder(dir)
    const signing = signingKey(systemRandom(32))
    await createWitnessState(folder.state)
    await createKeyFile(folder.key, { kind: 'witness', name, signing })
    const key = formatVerifierKey(name, NOTE_COSIGNATURE, signing.publicKey)
    out.result({ name, key }, [`Made: ${name}`, `key  ${key}`, 'Hubs put this name and key on their roster.'])
    return DONE
  })
}

function follow(): Command {
  const command = newCommand('follow', 'Pin a hub by its verifier key, as its `export` shows it.', {
    example: 'witness follow --dir ./witness <key>',
    json: '{ origin }',
  }).argument('<log>', 'verifier key')
  return does(command, ({ dir, out }, _, log = '') =>
    withWitness(dir, async (witness) => {
      const key = parseVerifierKey(log, NOTE_ED25519)
      await witness.follow(key)
      out.result({ origin: key.name }, [`Followed: ${key.name}`])
      return DONE
    }),
  )
}

function drop(): Command {
  const command = newCommand('drop', 'Cosign no more for a hub. What was signed is remembered.', {
    example: 'witness drop --dir ./witness child-index/v1/…',
    json: '{ origin }',
  }).argument('<origin>', 'as status shows it')
  return does(command, ({ dir, out }, _, origin = '') =>
    withWitness(dir, async (witness) => {
      await witness.drop(origin)
      out.result({ origin }, [`Dropped: ${origin}`])
      return DONE
    }),
  )
}

function serve(): Command {
  const command = newCommand('serve', 'Answer hubs over HTTP (C2SP tlog-witness) until interrupted.', {
    example: 'witness serve --dir ./witness --port 7380',
    json: '{ address }, and { stopped } at the end',
  })
    .option('--host <host>', 'where to listen', '127.0.0.1')
    .option('--port <port>', 'TCP port; 0 takes a free one', '7380')
  return does<{ readonly host: string; readonly port: string }>(command, ({ dir, out, signal }, { host, port }) =>
    withWitness(dir, async (witness) => {
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
        throw new IndexError('ERR_REQUEST_INVALID', 'must be a port number', { field: '--port' })
      const serving = await serveWitness(witness, { host, port: Number(port) })
      out.item({ address: serving.address }, `Listening: ${serving.address}`)
      await interrupted(signal)
      await serving.close()
      out.item({ stopped: true }, 'Stopped')
      return DONE
    }),
  )
}

function answer(): Command {
  const command = newCommand('answer', 'Answer one add-checkpoint request in a file: for who has no network.', {
    example: 'witness answer --dir ./witness request.txt',
    json: '{ status, line? | size? }',
  }).argument('<request>', 'file that prove wrote')
  return does(command, ({ dir, out }, _, file = '') =>
    withWitness(dir, async (witness) => {
      const said = await witness.addCheckpoint(await readFile(file, 'utf8'))
      out.result(said, [inWords(said)])
      return said.status === 200 ? DONE : REJECTED
    }),
  )
}

function inWords(said: WitnessAnswer): string {
  switch (said.status) {
    case 200:
      return said.line.trimEnd()
    case 409:
      return `Not cosigned: the last head that was cosigned has ${said.size} entries`
    case 404:
      return 'Not cosigned: this hub is not followed'
    case 403:
      return 'Not cosigned: the hub did not sign this head'
    case 422:
      return 'NOT COSIGNED: the proof does not join this head with the last one; both notes are kept'
    case 400:
      return 'Not cosigned: this is no add-checkpoint request'
  }
}

function status(): Command {
  const command = newCommand('status', 'Show the hubs that are followed, and every head that was refused.', {
    example: 'witness status --dir ./witness',
    json: '{ name, key, hubs: [{ origin, isFollowed, size, cosignedAt, refused: [{ at, why, kept, shown }] }] }',
  })
  return does(command, ({ dir, out }) =>
    // Looking changes nothing, so it goes on beside a witness that serves.
    opened(dir).then(async ({ witness, key }) => {
      const known = await witness.status()
      const hubs = known.map(({ origin, isFollowed, note, cosignedAt, refused }) => {
        return { origin, isFollowed, size: sizeOf(note), cosignedAt: cosignedAt ?? null, refused }
      })
      out.result({ name: witness.name, key, hubs }, [`${witness.name}`, `key  ${key}`, ...known.flatMap(hubLines)])
      return known.some(({ refused }) => refused.some(({ why }) => why === 'split-view')) ? REJECTED : DONE
    }),
  )
}

const REFUSED: Readonly<Record<WitnessedHub['refused'][number]['why'], string>> = {
  'split-view': 'SPLIT VIEW: the hub signed two journals of one size; these two notes prove it',
  'not-continued': 'REFUSED: a head came without a proof that it continues the last one; ask the hub for a bundle',
  older: 'REFUSED: a head came that is older than the last one; the hub was rolled back, or somebody sent an old note',
}

function hubLines({ origin, isFollowed, note, cosignedAt, refused }: WitnessedHub): string[] {
  const since = cosignedAt === undefined ? 'nothing cosigned yet' : `${sizeOf(note)} entries, ${when(cosignedAt)}`
  return [
    `${isFollowed ? 'followed' : 'dropped '}  ${origin}  ${since}`,
    ...refused.flatMap(({ at, why, kept, shown }) => [
      `${when(at)}  ${REFUSED[why]}`,
      ...kept.split('\n').map((line) => `  kept   ${line}`),
      ...shown.split('\n').map((line) => `  shown  ${line}`),
    ]),
  ]
}

function sizeOf(note: string | undefined): number {
  return note === undefined ? 0 : Number(note.split('\n')[1])
}

async function opened(dir: string): Promise<{ readonly witness: Witness; readonly key: string }> {
  const folder = witnessFolder(dir)
  const { name, signing } = await readKeyFile(folder.key, 'witness')
  const witness = await openWitness({ name, key: signing, store: fileWitnessStore(folder.state) })
  return { witness, key: formatVerifierKey(name, NOTE_COSIGNATURE, signing.publicKey) }
}

function withWitness<T>(dir: string, work: (witness: Witness) => Promise<T>): Promise<T> {
  return alone(witnessFolder(dir).lock, async () => work((await opened(dir)).witness))
}
