import { journalTrust } from '../../custodian/knowledge.js'
import { isIndexError } from '../../errors.js'
import { type NoteKey, verifyNote } from '../../journal/checkpoint.js'
import type { ConsistencyProof } from '../../journal/proof.js'
import { formatAddCheckpoint, type WitnessPort } from '../../witness.js'
import { type HubContext, roster } from '../context.js'

/** How long a witness may take: one that is silent must not keep a head from those who do not need it. */
const ANSWER_MS_MAX = 5_000

/** What each witness cosigned last, as it said. Only to save a round. */
const sizes = new WeakMap<WitnessPort, number>()

/**
 * The cosignatures of the witnesses that the roster names and that are within reach, as lines for the note; one that is
 * silent, refuses or signs something else adds none. Whether those that came are enough is for `journalTrust` to say.
 */
export async function askWitnesses(
  hub: HubContext,
  note: string,
  size: number,
  prove: (from: number) => Promise<ConsistencyProof>,
): Promise<string> {
  const lines = await Promise.allSettled(
    roster(hub).witnesses.map(async (witness) => {
      const port = hub.witnesses.get(witness.name)
      const line = port === undefined ? undefined : await inTime(cosignedBy(port, note, size, prove))
      return line !== undefined && isCosignatureOf(hub, note, witness, line) ? line : ''
    }),
  )
  return lines.map((line) => (line.status === 'fulfilled' ? line.value : '')).join('')
}

async function cosignedBy(
  port: WitnessPort,
  note: string,
  size: number,
  prove: (from: number) => Promise<ConsistencyProof>,
): Promise<string | undefined> {
  for (let tries = 0; tries < 3; tries += 1) {
    const old = Math.min(sizes.get(port) ?? 0, size)
    const { path } = await prove(old)
    const answer = await port.addCheckpoint(formatAddCheckpoint({ old, path, note }))
    if (answer.status === 200) {
      sizes.set(port, size)
      return answer.line
    }
    // Behind what it has seen, or at odds with it: no other proof would help.
    if (answer.status !== 409 || answer.size > size || answer.size === old) return undefined
    sizes.set(port, answer.size)
  }
  return undefined
}

/** Whether the line is this witness's cosignature of this note, and nothing more. */
function isCosignatureOf(hub: HubContext, note: string, witness: NoteKey, line: string): boolean {
  if (line.indexOf('\n') !== line.length - 1) return false
  try {
    const trust = { ...journalTrust(roster(hub)), cosigners: [witness], quorum: 1 }
    return verifyNote(note + line, trust).cosignedBy.length === 1
  } catch (error) {
    if (isIndexError(error)) return false
    throw error
  }
}

function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_MS_MAX)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
