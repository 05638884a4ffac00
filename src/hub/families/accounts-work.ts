import { z } from 'zod'
import {
  ACCOUNT_OUTCOMES,
  ACCOUNT_PARTS,
  type AccountPart,
  type AccountRequest,
  accountDueAt,
  DELAY_REASONS,
  nextLookAt,
  saysTheSame,
  WITHHOLDING_DAYS_MAX,
  WITHHOLDING_REASONS,
  type Withholding,
  type WithholdingWord,
  waits,
  withheldAt,
} from '../../case/account.js'
import { type Account, carerAccount, childAccount } from '../../case/account-document.js'
import { instant, parse } from '../../door.js'
import { IndexError } from '../../errors.js'
import { fromJsonBytes, toJsonBytes } from '../../json.js'
import { encodeSigned, type Message } from '../../port.js'
import { hasRole, inGoodStanding, type Officer, officerOf, opens } from '../../roster/roster.js'
import { done, due } from '../cases/agenda.js'
import { isHidden } from '../children/face.js'
import { loadStanding, standing } from '../children/standing.js'
import { type HubContext, roster } from '../context.js'
import type { Writes } from '../ledger.js'
import { CASE_ROLES, requireOfficer } from '../officers.js'
import { accountDraft, accountPut, requireAccount } from './accounts.js'
import { type Decided, heldOf } from './accounts-held.js'

const number = z.number().int().min(1)
const DAY_MS = 86_400_000

type Built = Pick<Writes, 'drafts' | 'puts'>

/**
 * An account as it stands, for a records officer to hand to whom it is for. Every time is a journalled view. A carer's is made
 * without looking at the child.
 * @throws {IndexError} `ERR_ACCOUNT_UNKNOWN`, `ERR_CASE_STATUS` while one person's word on withholding waits for another's
 */
export async function produceAccount(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records')
  const { account: wanted } = parse(oneRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'account')
  let document: Account | undefined
  await hub.ledger.write(async (_, at) => {
    const account = await requireAccount(hub, wanted)
    if (waits(account, at))
      throw new IndexError('ERR_CASE_STATUS', 'one person’s word on withholding parts of it waits for another’s')
    const made = await produced(hub, account, officer, at)
    document = made.document
    const said = { account: wanted, officer: officer.id, asked: encodeSigned(message) }
    return {
      drafts: [accountDraft('produced', made.decided === undefined ? said : { ...said, decided: made.decided })],
    }
  })
  return toJsonBytes({ account: document })
}

const oneRequest = z.strictObject({ account: number })

async function produced(
  hub: HubContext,
  account: AccountRequest,
  officer: Officer,
  at: number,
): Promise<{ readonly document: Account; readonly decided?: readonly Decided[] }> {
  const { policy } = hub.policy(at)
  if (account.for === 'carer') return { document: carerAccount(hub.name, policy, account) }
  const child = standing(await loadStanding(hub, [account.childId]), account.childId)
  const { held, decided } = await heldOf(hub, child?.childId ?? account.childId, at)
  const isUnseen = child !== undefined && isHidden(child) && !hasRole(officer, 'shielding')
  const withheld = new Set([...withheldAt(account, at), ...(isUnseen ? TOLD_BY_REGISTRATION : [])])
  return { document: childAccount(hub.name, policy, account, held, withheld), decided }
}

/** What there is of registered children alone: of a shielded one, only a shielding officer hears of it. */
const TOLD_BY_REGISTRATION: readonly AccountPart[] = ['details', 'openings', 'referrals', 'consents']

const withholdRequest = z.strictObject({
  account: number,
  parts: z.array(z.enum(ACCOUNT_PARTS)).min(1).max(ACCOUNT_PARTS.length),
  reason: z.enum(WITHHOLDING_REASONS),
  until: instant,
})

/**
 * A person's word that parts of a child's own account are withheld, for a reason, until an instant at which it must be looked
 * at again. It takes two persons: a records officer, and one who works cases. The first word waits, and nothing is produced
 * meanwhile.
 */
export async function withholdParts(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records', ...CASE_ROLES)
  const { account: wanted, ...asked } = parse(
    withholdRequest,
    fromJsonBytes(message.body),
    'ERR_REQUEST_INVALID',
    'withholding',
  )
  if (new Set(asked.parts).size < asked.parts.length)
    throw new IndexError('ERR_REQUEST_INVALID', 'a part is named twice', { field: 'parts' })
  let outcome: 'waiting' | 'withheld' = 'waiting'
  await worked(hub, message, wanted, 'withholding', async (account, at) => {
    requireOfChild(account)
    if (asked.until <= at || asked.until > at + WITHHOLDING_DAYS_MAX * DAY_MS)
      throw new IndexError('ERR_REQUEST_INVALID', `must be within ${WITHHOLDING_DAYS_MAX} days from now`, {
        field: 'until',
      })
    const agreed = account.withholdings.find((each) => saysTheSame(each, asked) && each.by.includes(officer.id))
    outcome = agreed === undefined ? 'waiting' : 'withheld'
    if (agreed !== undefined) return undefined
    const before = waits(account, at) ? account.waiting : undefined
    if (before?.by === officer.id && saysTheSame(before, asked)) return undefined
    if (before === undefined || !saysTheSame(before, asked) || !areTwo(hub, before, officer, at)) {
      const waiting: WithholdingWord = { ...asked, by: officer.id, at }
      return { event: { by: [officer.id] }, after: { ...account, waiting } }
    }
    outcome = 'withheld'
    const withholding: Withholding = { ...asked, by: [before.by, officer.id], at }
    const { waiting: _, ...rest } = account
    return { event: { by: withholding.by }, after: { ...rest, withholdings: [...account.withholdings, withholding] } }
  })
  return toJsonBytes({ account: wanted, outcome })
}

function requireOfChild(account: AccountRequest): void {
  if (account.for === 'carer')
    throw new IndexError('ERR_CASE_STATUS', 'a carer’s account tells of no child: nothing of it can be withheld')
}

/** Two persons in good standing, one a records officer and one who works cases. */
function areTwo(hub: HubContext, { by }: WithholdingWord, officer: Officer, at: number): boolean {
  const other = officerOf(roster(hub), by)
  if (other === undefined || other.person === officer.person || !inGoodStanding(other, at)) return false
  const isRecords = (each: Officer): boolean => hasRole(each, 'records')
  return (isRecords(other) && opens(officer)) || (isRecords(officer) && opens(other))
}

const delayRequest = z.strictObject({
  account: number,
  reason: z.enum(DELAY_REASONS),
  months: z.union([z.literal(1), z.literal(2)]),
})

/** Puts the answer off, once, by one or two months, for a reason of UK GDPR article 12(3). */
export async function delayAccount(hub: HubContext, message: Message): Promise<Uint8Array> {
  const officer = requireOfficer(hub, message, 'records')
  const {
    account: wanted,
    reason,
    months,
  } = parse(delayRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'delay')
  let dueAt = 0
  await worked(hub, message, wanted, 'delayed', async (account, at) => {
    dueAt = accountDueAt(account.askedAt, months)
    const { delay, outcome } = account
    if (delay?.reason === reason && delay.months === months) return undefined
    if (delay !== undefined) throw new IndexError('ERR_CASE_STATUS', 'it was put off before')
    if (outcome !== undefined) throw new IndexError('ERR_CASE_STATUS', 'it has been answered')
    if (at > account.dueAt) throw new IndexError('ERR_CASE_STATUS', 'the month in which it can be put off is over')
    const after = { ...account, dueAt, delay: { reason, months, by: officer.id, at } }
    return { after, puts: await due(hub, { kind: 'account', number: wanted, startedAt: account.askedAt, dueAt }) }
  })
  return toJsonBytes({ account: wanted, dueAt })
}

const endRequest = z.strictObject({ account: number, outcome: z.enum(ACCOUNT_OUTCOMES) })

/** Says what came of a request. Where parts were withheld, it comes up again when that ends. */
export async function endAccount(hub: HubContext, message: Message): Promise<Uint8Array> {
  requireOfficer(hub, message, 'records')
  const { account: wanted, outcome } = parse(endRequest, fromJsonBytes(message.body), 'ERR_REQUEST_INVALID', 'account')
  await worked(hub, message, wanted, 'ended', async (account, at) => {
    const lookAgainAt = nextLookAt(account, at)
    if (account.outcome === outcome && account.lookAgainAt === lookAgainAt) return undefined
    if (waits(account, at)) throw new IndexError('ERR_CASE_STATUS', 'a word on withholding parts of it waits')
    if (account.outcome !== undefined && account.outcome !== outcome)
      throw new IndexError('ERR_CASE_STATUS', 'it has ended otherwise')
    const after = { ...account, outcome, endedAt: account.endedAt ?? at, lookAgainAt }
    if (lookAgainAt === undefined) return { after, puts: await done(hub, 'account', wanted) }
    return { after, puts: await due(hub, { kind: 'account', number: wanted, startedAt: at, dueAt: lookAgainAt }) }
  })
  return toJsonBytes({ account: wanted, outcome })
}

interface Step {
  readonly after: AccountRequest
  readonly puts?: Built['puts']
  readonly event?: object
}

/** One step on a request, journalled in the officer's own signed words. */
async function worked(
  hub: HubContext,
  message: Message,
  wanted: number,
  event: string,
  work: (account: AccountRequest, at: number) => Promise<Step | undefined>,
): Promise<void> {
  await hub.ledger.write(async (_, at) => {
    const step = await work(await requireAccount(hub, wanted), at)
    if (step === undefined) return undefined
    const said = { account: wanted, officer: message.party, ...step.event, asked: encodeSigned(message) }
    return { drafts: [accountDraft(event, said)], puts: [accountPut(hub, step.after), ...(step.puts ?? [])] }
  })
}
