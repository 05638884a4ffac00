import { type Atom, isAtom, measureOf, membersOf, type Policy, type Rule } from '../policy.js'

/** Where something stands in a policy document. */
export type Path = readonly (string | number)[]

/** One small change of a policy document; a value of undefined removes what stands there. */
export interface Edit {
  readonly path: Path
  /** What tells this edit from others at the same place: `+1`, `-1`, `dropped`, `any`, `all`. */
  readonly kind: string
  /** In English. */
  readonly change: string
  readonly value: unknown
}

/** Every small change that can alter what a policy finds, in the order of the document. Some make it invalid. */
export function* editsOf(policy: Policy): Generator<Edit> {
  yield* byOne(['horizonDays'], policy.horizonDays, 'the horizon is', 'days')
  for (const [code, indicator] of Object.entries(policy.indicators)) {
    const at = ['indicators', code]
    yield* byOne([...at, 'severity'], indicator.severity, `severity of ${code} is`)
    yield* byOne([...at, 'points'], indicator.points, `${code} weighs`, 'points')
    yield* eachDropped([...at, 'flags'], indicator.flags ?? [], (flag) => `${code} has no flag ${flag}`, 0)
  }
  for (const [code, { points }] of Object.entries(policy.incidents)) {
    yield* byOne(['incidents', code, 'points'], points, `${code} weighs`, 'points')
  }
  yield* editsOfCaps(policy)
  yield* editsOfDecay(policy)
  for (const [index, level] of policy.levels.entries()) {
    yield* editsOfRule(level.reachedWhen, ['levels', index, 'reachedWhen'], level.name)
  }
}

function* editsOfCaps({ caps = {} }: Policy): Generator<Edit> {
  for (const [name, cap] of Object.entries(caps)) {
    const path = ['caps', name]
    yield* byOne(path, cap, `the cap ${name} is`)
    yield { path, kind: 'dropped', change: `there is no cap ${name}`, value: undefined }
  }
}

function* editsOfDecay({ decay = [] }: Policy): Generator<Edit> {
  for (const [index, { upToDays, permille }] of decay.entries()) {
    const path = ['decay', index]
    yield* byOne([...path, 'upToDays'], upToDays, `decay step ${index + 1} ends at`, 'days')
    yield* byOne([...path, 'permille'], permille, `decay step ${index + 1} keeps`, 'permille')
    if (decay.length < 2) continue
    yield { path, kind: 'dropped', change: `there is no decay step up to ${upToDays} days`, value: undefined }
  }
  if (decay.length > 0) yield { path: ['decay'], kind: 'dropped', change: 'age does not matter', value: undefined }
}

function* editsOfRule(rule: Rule, path: Path, level: string): Generator<Edit> {
  if (isAtom(rule)) {
    yield* editsOfAtom(rule, path, level)
    return
  }
  const { rules, field } = membersOf(rule)
  if (rules.length > 1 && field !== 'of') {
    const other = field === 'all' ? 'any' : 'all'
    const change = `${level}: ${other} of ${rules.length} rules ${other === 'all' ? 'are' : 'is'} needed, not ${field}`
    yield { path, kind: other, change, value: { [other]: rules } }
  }
  if ('of' in rule) yield* byOne([...path, 'atLeast'], rule.atLeast, `${level}: rules needed are`)
  for (const [index, member] of rules.entries()) {
    const at = [...path, field, index]
    if (rules.length > 1) yield { path: at, kind: 'dropped', change: `${level}: a rule is left out`, value: undefined }
    yield* editsOfRule(member, at, level)
  }
}

function* editsOfAtom(atom: Atom, rulePath: Path, level: string): Generator<Edit> {
  const { atLeast, withinDays, where = {} } = measureOf(atom)
  const kind = 'count' in atom ? 'count' : 'points' in atom ? 'points' : 'distinct'
  const path = [...rulePath, kind]
  yield* byOne([...path, 'atLeast'], atLeast, `${level}: a ${kind} rule asks for`)
  yield* byOne([...path, 'withinDays'], withinDays, `${level}: a ${kind} rule looks back`, 'days')
  for (const [field, wanted] of Object.entries(where)) {
    const at = [...path, 'where', field]
    const change = `${level}: a ${kind} rule does not look at ${field}`
    yield { path: at, kind: 'dropped', change, value: undefined }
    if (typeof wanted === 'number') yield* byOne(at, wanted, `${level}: a ${kind} rule asks for severity`)
    else yield* eachDropped(at, wanted, (member) => `${level}: a ${kind} rule has no ${member} in its ${field}`, 1)
  }
}

function* byOne(path: Path, value: number, is: string, unit = ''): Generator<Edit> {
  for (const step of [1, -1]) {
    const change = [is, value + step, unit, 'instead of', value].filter((word) => word !== '').join(' ')
    yield { path, kind: step > 0 ? '+1' : '-1', change, value: value + step }
  }
}

/** One edit for each member of a list, as long as `left` members stay. */
function* eachDropped(
  path: Path,
  members: readonly string[],
  change: (member: string) => string,
  left: number,
): Generator<Edit> {
  if (members.length <= left) return
  for (const [index, member] of members.entries()) {
    yield { path: [...path, index], kind: `dropped ${member}`, change: change(member), value: undefined }
  }
}

/** A copy of a document with one value replaced or removed; what the edit does not touch is shared. */
export function edited(node: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(node)) {
    const index = Number(step)
    return rest.length === 0 && value === undefined
      ? node.toSpliced(index, 1)
      : node.with(index, edited(node[index], rest, value))
  }
  const entries = Object.entries(node as object).map(
    ([key, member]) => [key, key === step ? edited(member, rest, value) : member] as const,
  )
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined))
}

/** `levels[0].reachedWhen.any[2].points.atLeast`. */
export function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`)).join('')
}
