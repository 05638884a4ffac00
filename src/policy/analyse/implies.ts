import { type Atom, atomsOf, isAtom, membersOf, type Policy, type Rule } from '../policy.js'
import { atomImplies } from './atom-implies.js'
import { eachSeenBy, type Sight, sharedVocabulary, sightOf } from './sight.js'
import { atomKey, termsOf } from './terms.js'

/** A rule with the policy whose codes, caps and decay it speaks of. */
export interface RuleOf {
  readonly policy: Policy
  readonly rule: Rule
}

/** How much may still be spent on a proof, in atoms compared. */
export interface Effort {
  left: number
}

const SPLITS_MAX = 100_000

/**
 * Whether, at every instant of every history, one rule holds wherever the other does. True is certain. False says only
 * that no proof was found.
 *
 * The two may belong to two policies: then it speaks of the histories that both can assess, whose codes both have. It
 * does not speak of closed cases, where it matters which checks make a rule hold.
 *
 * The proof goes term by term: with the atoms of the weaker rule that a term brings with it, or that whatever one of
 * its atoms sees brings with it, the weaker rule holds.
 */
export function implies(stronger: RuleOf, weaker: RuleOf, effort: Effort = { left: SPLITS_MAX }): boolean {
  const vocabulary = sharedVocabulary(stronger.policy, weaker.policy)
  const sights = atomsOf(weaker.rule).map((atom) => ({ atom, sight: sightOf(weaker.policy, atom, vocabulary) }))
  const brought = new Map<string, ReadonlySet<Atom>>()
  const broughtBy = (sight: Sight): readonly Atom[] =>
    sights.filter((wanted) => atomImplies(sight, wanted.sight)).map(({ atom }) => atom)
  const broughtByAtom = (atom: Atom): ReadonlySet<Atom> => {
    const key = atomKey(atom)
    const known = brought.get(key) ?? new Set(broughtBy(sightOf(stronger.policy, atom, vocabulary)))
    brought.set(key, known)
    return known
  }

  const whicheverIsSeen = (atom: Atom, held: ReadonlySet<Atom>): boolean => {
    const each = eachSeenBy(sightOf(stronger.policy, atom, vocabulary))
    effort.left -= each.length * sights.length
    return effort.left >= 0 && each.every((one) => holds(weaker.rule, new Set([...held, ...broughtBy(one)])))
  }

  const terms = termsOf(stronger.rule)
  if (terms === undefined) return inStep(stronger.rule, weaker.rule, (one, other) => broughtByAtom(one).has(other))
  return terms.every((term) => {
    const held = new Set(term.flatMap((atom) => [...broughtByAtom(atom)]))
    return holds(weaker.rule, held) || term.some((atom) => whicheverIsSeen(atom, held))
  })
}

/** Whether a rule holds where exactly these of its atoms do. */
function holds(rule: Rule, held: ReadonlySet<Atom>): boolean {
  if (isAtom(rule)) return held.has(rule)
  const { rules, needed } = membersOf(rule)
  return rules.filter((member) => holds(member, held)).length >= needed
}

/** Whether two rules of one shape imply each other member by member: for rules with too many terms. */
function inStep(stronger: Rule, weaker: Rule, implied: (stronger: Atom, weaker: Atom) => boolean): boolean {
  if (isAtom(stronger) || isAtom(weaker)) return isAtom(stronger) && isAtom(weaker) && implied(stronger, weaker)
  const [from, to] = [membersOf(stronger), membersOf(weaker)]
  return (
    from.rules.length === to.rules.length &&
    from.needed >= to.needed &&
    from.rules.every((member, index) => {
      const other = to.rules[index]
      return other !== undefined && inStep(member, other, implied)
    })
  )
}
