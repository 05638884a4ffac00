import type { LookupKey } from '../child/tokens.js'
import { innerToken } from '../child/tokens.js'
import type { SendOptions } from '../port.js'
import type { HubContext } from './context.js'
import { nameOf } from './custodians.js'
import type { TokenRow } from './rows.js'

/** A token at most 16 bytes that stands for one way to find a child. Neither hub nor custodian can make it alone. */
export interface LookupToken {
  readonly kind: string
  readonly strength: 'strong' | 'weak'
  readonly token: Uint8Array
}

/** The tokens of many lists of lookup keys, with one question to a custodian for all of them. */
export async function lookupTokens(
  hub: HubContext,
  keys: readonly (readonly LookupKey[])[],
  options?: SendOptions,
): Promise<readonly (readonly LookupToken[])[]> {
  const inner = keys.flat().map((key) => innerToken(hub.keys.lookupKey, hub.id, key))
  const outer = inner.length === 0 ? [] : await hub.custodians.blind(inner, options)
  let at = 0
  return keys.map((list) => list.map(({ kind, strength }) => ({ kind, strength, token: outer[at++] as Uint8Array })))
}

/** Token rows as they stand and as a write changes them, so that rows of one batch see each other. */
export class TokenTable {
  private constructor(
    private readonly rows: Map<string, TokenRow>,
    private readonly changed = new Map<string, Uint8Array>(),
  ) {}

  static async load(hub: HubContext, tokens: readonly Pick<LookupToken, 'token'>[]): Promise<TokenTable> {
    const table = new TokenTable(new Map())
    await table.include(hub, tokens)
    return table
  }

  /** Reads the rows of more tokens; those at hand stay as they are. */
  async include(hub: HubContext, tokens: readonly Pick<LookupToken, 'token'>[]): Promise<void> {
    const missing = new Map(tokens.map(({ token }) => [nameOf(token), token]))
    for (const name of this.rows.keys()) missing.delete(name)
    const stored = await hub.shelf.get('token', [...missing.values()])
    let index = 0
    for (const name of missing.keys()) this.rows.set(name, stored[index++] ?? { provisional: [] })
  }

  get(token: Uint8Array): TokenRow {
    const row = this.rows.get(nameOf(token))
    // Writing a row that was never read would drop what it holds.
    if (row === undefined) throw new RangeError('the token was not loaded')
    return row
  }

  set(token: Uint8Array, row: TokenRow): void {
    this.rows.set(nameOf(token), row)
    this.changed.set(nameOf(token), token)
  }

  puts(hub: HubContext): ReturnType<HubContext['shelf']['put']>[] {
    return [...this.changed].map(([name, token]) => hub.shelf.put('token', token, this.rows.get(name)))
  }
}
