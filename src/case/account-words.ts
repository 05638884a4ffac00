import { dayOf, plural, spaced } from '../page/words.js'
import type { AccountPart, WithholdingReason } from './account.js'
import type {
  Account,
  AccountOfAny,
  ChildAccount,
  Held,
  HeldCheck,
  HeldConsent,
  HeldCorrection,
  HeldOpening,
  HeldReferral,
  NamedAgency,
} from './account-document.js'

/** An account in plain words: paragraphs, and lists of what stands in each part. */
export interface AccountSection {
  readonly id: string
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly items: readonly string[]
}

/** Words for a reader of twelve: short sentences, no law where a word will do. The same for everybody, but for the parts. */
export function accountSections(account: Account): readonly AccountSection[] {
  const own = account.for === 'child' ? ownSections(account) : []
  return [
    aboutSection(account),
    ...own,
    usedSection(account),
    longSection(account),
    leftOutSection(account),
    rightsSection(account),
    wordsSection(account),
  ]
}

export function accountTitle({ for: whom, hub }: Account): string {
  return whom === 'child' ? `What the child index of ${hub} holds about you` : `What the child index of ${hub} holds`
}

/** An account as text, one line each. */
export function accountText(account: Account): readonly string[] {
  const head = [accountTitle(account), requestWords(account), '']
  return [
    ...head,
    ...accountSections(account).flatMap(({ title, paragraphs, items }) => [
      title.toUpperCase(),
      ...paragraphs,
      ...items.map((item) => `- ${item}`),
      '',
    ]),
  ]
}

export function requestWords({ account, reference, askedAt }: AccountOfAny): string {
  return `Request ${account}, asked on ${dayOf(askedAt)}, your reference ${reference}.`
}

function section(
  id: string,
  title: string,
  paragraphs: readonly string[],
  items: readonly string[] = [],
): AccountSection {
  return { id, title, paragraphs, items }
}

function aboutSection(account: Account): AccountSection {
  const paragraphs = [
    'The index helps people whose work is with children to notice when a child may need help.',
    'When somebody such as a teacher, a nurse or a police officer meets a child, they can send a check. A check says what kind of thing happened, and when, in words from a fixed list. It has no name and no address in it, and nobody can write anything else into it.',
    'The index puts the checks about one child together under a number. People look at them when there are enough, or when one of them is serious enough.',
    'Names, dates of birth and addresses are kept locked away from the checks. Several people must agree before they can be read, and each can say no.',
  ]
  const carers =
    'This account is the same for every person who looks after a child. It does not say whether there is anything about any child, so it cannot put a child in danger.'
  const own = 'The next parts say what is held about you. A part with nothing in it says so.'
  return section('about', 'What the index is', [...paragraphs, account.for === 'carer' ? carers : own])
}

const PART_TITLES: Readonly<Record<AccountPart, string>> = {
  details: 'Your details that are locked away',
  checks: 'Checks about you',
  enquiries: 'Times when we asked who you are',
  cases: 'Times when people looked closer',
  openings: 'Times when your details were unlocked',
  referrals: 'When somebody was asked to help',
  consents: 'What you or your carers agreed to',
  corrections: 'What was asked to be put right',
}

/** What a part says that has nothing in it: the words do not depend on why. */
export const NOTHING_HERE = 'There is nothing to show in this part.'

function ownSections({ held, parts }: ChildAccount): readonly AccountSection[] {
  return parts.map((part) => {
    const items = partWords(part, held)
    return section(part, PART_TITLES[part], items.length === 0 ? [NOTHING_HERE] : [], items)
  })
}

function partWords(part: AccountPart, held: Held): readonly string[] {
  switch (part) {
    case 'details':
      return held.details.map(({ group, sealedAt, version }) => {
        const what =
          group === 'identity' ? 'Who you are (names, date of birth, addresses, numbers)' : 'Who looks after you'
        return `${what}: locked away on ${dayOf(sealedAt)}, ${version === 1 ? 'as it was first given' : `changed ${plural(version - 1, 'time')}`}`
      })
    case 'checks':
      return held.checks.map(checkWords)
    case 'enquiries':
      return held.enquiries.map(({ openedAt, outcome, endedAt }) =>
        endedAt === undefined
          ? `From ${dayOf(openedAt)}: not finished yet`
          : `From ${dayOf(openedAt)} to ${dayOf(endedAt)}: ${spaced(outcome ?? '')}`,
      )
    case 'cases':
      return held.cases.map(({ raisedAt, level, closedAt, reason }) => {
        const end = closedAt === undefined ? 'still open' : `closed on ${dayOf(closedAt)}: ${spaced(reason ?? '')}`
        return `On ${dayOf(raisedAt)}, because the checks pointed to “${spaced(level)}”; ${end}`
      })
    case 'openings':
      return held.openings.map(openingWords)
    case 'referrals':
      return held.referrals.map(referralWords)
    case 'consents':
      return held.consents.map(consentWords)
    case 'corrections':
      return held.corrections.map(correctionWords)
  }
}

function who({ agency, agencyKind }: NamedAgency): string {
  return agency === undefined ? `a service (${spaced(agencyKind)})` : `${agency} (${spaced(agencyKind)})`
}

function checkWords(check: HeldCheck): string {
  const { occurredAt, incident, indicators, withdrawn, disputed } = check
  const what = [incident, ...indicators].map(({ label }) => label).join('; ')
  const marks = [
    withdrawn ? 'taken back by whoever sent it' : '',
    disputed ? 'you, or somebody for you, say that it is wrong' : '',
  ]
  const said = marks.filter((mark) => mark !== '').join(', and ')
  return `${dayOf(occurredAt)}, from ${who(check)}: ${what}${said === '' ? '' : ` (${said})`}. Number ${check.check}`
}

function openingWords({ group, purpose, lawfulBasis, openedAt, by, readAt }: HeldOpening): string {
  const what = group === 'identity' ? 'who you are' : 'who looks after you'
  const read =
    readAt.length === 0 ? 'not read' : `read ${plural(readAt.length, 'time')}, last on ${dayOf(Math.max(...readAt))}`
  return `On ${dayOf(openedAt)} a ${by} unlocked ${what}, for: ${spaced(purpose)} (${spaced(lawfulBasis)}); ${read}`
}

function referralWords(referral: HeldReferral): string {
  const { sentAt, purpose, receivedAt, outcome, decidedAt } = referral
  const then =
    decidedAt !== undefined && outcome !== undefined
      ? `they decided on ${dayOf(decidedAt)}: ${spaced(outcome)}`
      : receivedAt === undefined
        ? 'they have not fetched it yet'
        : 'they have it and have not decided yet'
  return `On ${dayOf(sentAt)}, to ${who(referral)}, for: ${spaced(purpose)}; ${then}`
}

function consentWords({ by, kind, information, to, given, at, until, withdrawnAt }: HeldConsent): string {
  const whom = to === 'management' ? 'the officers of the index' : who(to)
  const said = `${given ? 'yes' : 'no'} to ${spaced(information)} being told to ${whom} (${spaced(kind)})`
  const end =
    withdrawnAt === undefined
      ? until === undefined
        ? ''
        : `, until ${dayOf(until)}`
      : `, taken back on ${dayOf(withdrawnAt)}`
  return `On ${dayOf(at)} ${by === 'child' ? 'you' : 'somebody who looks after you'} said ${said}${end}`
}

function correctionWords({ askedAt, about, reason, outcome, decidedAt }: HeldCorrection): string {
  const what =
    'check' in about ? `check ${about.check}` : about.details === 'identity' ? 'who you are' : 'who looks after you'
  const end =
    outcome === undefined || decidedAt === undefined ? 'not decided yet' : `${dayOf(decidedAt)}: ${spaced(outcome)}`
  return `On ${dayOf(askedAt)}, about ${what} (${spaced(reason)}); ${end}`
}

function usedSection({ mayBeWithheld: _, ...account }: Account): AccountSection {
  return section('used', 'Who may look, and when', [
    `Officers of ${account.hub} may look at the checks about a child by number, without a name. They may ask for the name only when the checks point to a child who may need help, and then only for a reason from a fixed list.`,
    'Every time that an officer looks at a name, it is written down with the reason, and cannot be rubbed out.',
    'An agency that sends a check is told one thing: whether the child is in the index. It is not told of other checks.',
  ])
}

function longSection({ policy }: Account): AccountSection {
  return section('how-long', 'How long it is kept', [
    `A check counts for as long as the rules say, and at most ${plural(policy.horizonDays, 'day')} after a time at which there was enough to look closer.`,
    'When the time for keeping things is over, they are erased, and what is left says nothing of what stood there.',
  ])
}

const WITHHELD_WORDS: Readonly<Record<WithholdingReason, string>> = {
  'serious-harm': 'somebody could come to serious harm',
  crime: 'it would make it harder to stop a crime',
  'another-person': 'it would tell about somebody else who has not agreed',
  court: 'it was told to a court',
}

function leftOutSection({ mayBeWithheld }: Account): AccountSection {
  return section(
    'left-out',
    'What can be left out',
    [
      'The law says that some things may be left out of a person’s account, and that we may not say whether they were. Two people must agree, and must look at it again later.',
      'These words are in every account. They do not mean that something was left out of this one. The reasons are:',
    ],
    mayBeWithheld.map(({ reason, source }) => `${WITHHELD_WORDS[reason]} (${source})`),
  )
}

function rightsSection(account: Account): AccountSection {
  return section(
    'rights',
    'What you can do',
    [],
    [
      'Ask for something to be put right. Tell the people who gave you this account what is wrong. If they do not agree, what you say is kept beside it.',
      'Ask for something to be erased.',
      'Ask somebody you trust to help you read this, or to ask for you.',
      `Complain to ${account.hub}, or to the Information Commissioner (ico.org.uk, 0303 123 1113). It costs nothing.`,
      'If you are not safe now, call 999. You can talk to Childline at any time on 0800 1111.',
    ],
  )
}

function wordsSection({ incidents, indicators, policy }: Account): AccountSection {
  const labels = [...incidents, ...indicators].map(({ label }) => label)
  return section('words', 'Everything that a check can say', [`The words are fixed by “${policy.title}”.`], labels)
}
