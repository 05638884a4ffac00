import { encode, sha256 } from '../bytes.js'
import type { Known } from '../check/receipt.js'
import { type ChildId, newChildId } from '../child/identifiers.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'
import type { ChildRow } from './rows.js'
import type { LookupToken, TokenTable } from './tokens.js'

/** Whom tokens point at. */
export type Match =
  | { readonly kind: 'registered'; readonly childId: ChildId }
  | { readonly kind: 'provisional'; readonly childId: ChildId; readonly others: readonly ChildId[] }
  /** Several registered children, or one under another number: a person must look. */
  | { readonly kind: 'ambiguous' /** All of them are shielded: answered as unknown. */; readonly isHidden: boolean }
  | { readonly kind: 'none'; readonly others: readonly ChildId[] }

/** Child rows as they stand and as a write changes them. */
export class ChildTable {
  private constructor(
    private readonly rows: Map<string, ChildRow>,
    private readonly changed = new Set<string>(),
  ) {}

  static async load(hub: HubContext, ids: readonly ChildId[]): Promise<ChildTable> {
    const distinct = new Map(ids.map((id) => [nameOf(id), id]))
    const stored = await hub.shelf.get(
      'child',
      [...distinct.values()].map((id) => childKey(hub, id)),
    )
    const rows = new Map<string, ChildRow>()
    let index = 0
    for (const name of distinct.keys()) {
      const row = stored[index++]
      if (row !== undefined) rows.set(name, row)
    }
    return new ChildTable(rows)
  }

  get(id: ChildId): ChildRow | undefined {
    return this.rows.get(nameOf(id))
  }

  set(row: ChildRow): void {
    this.rows.set(nameOf(row.childId), row)
    this.changed.add(nameOf(row.childId))
  }

  puts(hub: HubContext): ReturnType<HubContext['shelf']['put']>[] {
    return [...this.changed].flatMap((name) => {
      const row = this.rows.get(name)
      return row === undefined ? [] : [hub.shelf.put('child', childKey(hub, row.childId), row)]
    })
  }
}

function childKey(hub: Pick<HubContext, 'shelf'>, id: ChildId): Uint8Array {
  return hub.shelf.key('child', id)
}

/** Children that any of the tokens points at: load their rows before `match`. */
export function pointedAt(tokens: readonly LookupToken[], table: TokenTable): readonly ChildId[] {
  return tokens.flatMap(({ token }) => {
    const { registered, hidden, provisional } = table.get(token)
    return [registered ?? [], hidden ?? [], provisional].flat()
  })
}

/**
 * Whom the strong tokens of one description point at, as an agency is answered. Weak tokens never link.
 *
 * A number that nobody here has, beside a name that somebody else's number goes with, links to nobody. A shielded child
 * is found where nothing else is: beside any other match its tokens count as unknown ones, so that no pair of questions
 * can confirm what they belong to.
 */
export function match(tokens: readonly LookupToken[], table: TokenTable, children: ChildTable): Match {
  const strong = tokens.filter(({ strength }) => strength === 'strong')
  const registered = registeredUnder(strong, table)
  const open = registered.filter((id) => children.get(id)?.shielded !== true)
  const [only, ...more] = open.length > 0 ? open : registered
  if (only === undefined) return provisionalUnder(strong, table, children)
  const row = children.get(only)
  const known = open.length > 0 ? open : registered
  const contradicted =
    row !== undefined && strong.some((token) => !known.some((id) => isAt(table, token, id)) && contradicts(token, row))
  return more.length > 0 || contradicted
    ? { kind: 'ambiguous', isHidden: open.length === 0 }
    : { kind: 'registered', childId: only }
}

/**
 * Whom a sealer's description points at. A provisional child is adopted only if every token it was found under is among
 * the child's: one that a mistyped number mixed up with somebody else must not become anybody.
 */
export function matchForRegistration(tokens: readonly LookupToken[], table: TokenTable, children: ChildTable): Match {
  const strong = tokens.filter(({ strength }) => strength === 'strong')
  const registered = distinct(
    strong.flatMap(({ token }) => [table.get(token).registered ?? [], table.get(token).hidden ?? []].flat()),
  )
  const [only, ...more] = registered
  if (only !== undefined) {
    const row = children.get(only)
    const contradicted =
      row !== undefined && strong.some((token) => !isAt(table, token, only) && contradicts(token, row))
    return more.length > 0 || contradicted
      ? { kind: 'ambiguous', isHidden: false }
      : { kind: 'registered', childId: only }
  }
  const found = provisionalUnder(strong, table, children)
  if (found.kind !== 'provisional') return found
  const all = [found.childId, ...found.others]
  const own = new Set(strong.map(({ token }) => nameOf(token)))
  const adopted = all.find((id) => children.get(id)?.tokens.every(({ token }) => own.has(nameOf(token))))
  if (adopted === undefined) return { kind: 'none', others: all }
  return { kind: 'provisional', childId: adopted, others: all.filter((id) => id !== adopted) }
}

function registeredUnder(strong: readonly LookupToken[], table: TokenTable): readonly ChildId[] {
  return distinct(strong.flatMap(({ token }) => table.get(token).registered ?? []))
}

function isAt(table: TokenTable, { token }: LookupToken, id: ChildId): boolean {
  const { registered, hidden } = table.get(token)
  return [registered, hidden].some((each) => each !== undefined && nameOf(each) === nameOf(id))
}

/** The oldest provisional child under any of the tokens that no number of its own tells apart. */
function provisionalUnder(strong: readonly LookupToken[], table: TokenTable, children: ChildTable): Match {
  const [oldest, ...others] = distinct(strong.flatMap(({ token }) => table.get(token).provisional))
    .flatMap((id) => children.get(id) ?? [])
    .filter((row) => row.status !== 'registered' && !strong.some((token) => contradicts(token, row)))
    .sort((a, b) => a.createdAt - b.createdAt || Buffer.compare(a.childId, b.childId))
    .map(({ childId }) => childId)
  return oldest === undefined ? { kind: 'none', others: [] } : { kind: 'provisional', childId: oldest, others }
}

/** Whether the child has another number of the token's kind. */
function contradicts({ kind, token }: LookupToken, row: ChildRow): boolean {
  const own = row.tokens.filter((each) => each.kind === kind)
  return isNumber(kind) && own.length > 0 && !own.some((each) => nameOf(each.token) === nameOf(token))
}

/** Kinds that say where a child lives. */
export function saysWhere(kind: string): boolean {
  return kind.startsWith('name-')
}

/** Whether a child can have only one value of this kind. */
function isNumber(kind: string): boolean {
  return kind === 'nhs-number' || kind === 'upn'
}

/** A token that stands for an unresolved description, so that asking again finds the same provisional child. */
export function ambiguityToken(hub: HubContext, tokens: readonly LookupToken[]): LookupToken {
  const sorted = tokens.map(({ token }) => token).sort(Buffer.compare)
  return {
    kind: 'unresolved',
    strength: 'strong',
    token: sha256(encode('unresolved/v1', hub.id, ...sorted)).subarray(0, 16),
  }
}

/** A new provisional child under these tokens. */
export function provisionalChild(
  hub: HubContext,
  tokens: readonly LookupToken[],
  status: 'provisional' | 'unresolved',
  at: number,
  table: TokenTable,
  children: ChildTable,
): ChildRow {
  const row: ChildRow = {
    childId: newChildId(hub.random),
    status,
    shielded: false,
    tokens: tokens.filter(({ strength }) => strength === 'strong').map(({ kind, token }) => ({ kind, token })),
    recordVersion: 0,
    fingerprints: [],
    createdAt: at,
  }
  children.set(row)
  for (const { strength, token } of tokens) {
    if (strength !== 'strong') continue
    const before = table.get(token)
    table.set(token, { ...before, provisional: [...before.provisional, row.childId] })
  }
  return row
}

/** What an agency is told of a child. Shielded children are answered exactly as unknown. */
export function knownAs(row: ChildRow): Known {
  if (row.status === 'unresolved') return 'unresolved'
  return row.status === 'registered' && !row.shielded ? 'known' : 'unknown'
}

function distinct(ids: readonly ChildId[]): readonly ChildId[] {
  return [...new Map(ids.map((id) => [nameOf(id), id])).values()]
}
