import { isIndexError } from '../../src/errors.js'
import type { Officer } from '../../src/index.js'

/**
 * A day's work on case 1, written as an officer's system would be: it says everything again after a crash, and opens anew only where
 * nothing that was opened before can be read.
 */
export async function workDay(officer: Officer, agency: string): Promise<void> {
  const next = await officer.nextCase()
  if (next !== undefined) await officer.take(next.number)
  const [case1] = await officer.cases()
  if (case1?.status === 'closed') return
  await officer.take(1)
  const opening = (await readable(officer)) ?? (await opened(officer))
  await officer.refer({ case: 1, because: 'acts-on-referral', to: agency, openings: [opening] })
  await officer.close(1, 'assessed', 'child-protection-plan')
}

async function readable(officer: Officer): Promise<string | undefined> {
  for (const opening of (await officer.review(1)).openings) {
    try {
      await officer.read(opening)
      return opening
    } catch (error) {
      if (!isIndexError(error)) throw error
    }
  }
  return undefined
}

async function opened(officer: Officer): Promise<string> {
  const ask = { case: 1, group: 'identity', purpose: 'referral', lawfulBasis: 'public-task' } as const
  const { opening } = await officer.open(ask)
  await officer.read(opening)
  return opening
}
