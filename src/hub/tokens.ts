import {
  type Description,
  type Field,
  type LookupKey,
  type Meaning,
  nameOf,
  type Question,
  SAYS_NOTHING,
  type Traits,
} from '../child/keys.js'
import { innerToken } from '../child/tokens.js'
import type { SendOptions } from '../port.js'
import type { HubContext } from './context.js'

/** A lookup token, 16 bytes: neither hub nor custodian can make it alone. */
export interface Tokened {
  readonly token: Uint8Array
}

/** A description with tokens in place of what it says. */
export interface TokenedDescription {
  readonly numbers: readonly (Tokened & { readonly kind: string })[]
  readonly index: readonly Tokened[]
  readonly marks: readonly Tokened[]
  readonly traits: Traits
}

/** A question with tokens in place of what it asks. */
export interface TokenedQuestion {
  readonly own: TokenedDescription
  readonly asked: readonly TokenedReading[]
}

export interface TokenedReading {
  readonly index: readonly (Tokened & { readonly fields: readonly Field[] })[]
  readonly marks: readonly (Tokened & { readonly meaning: Meaning })[]
}

/** Asks for nobody. */
export const NO_QUESTION: TokenedQuestion = {
  own: { numbers: [], index: [], marks: [], traits: SAYS_NOTHING },
  asked: [],
}

/** The tokens of many questions, with two questions to a custodian for all of them: one about numbers. */
export async function tokenedQuestions(
  hub: HubContext,
  questions: readonly Question[],
  options?: SendOptions,
): Promise<readonly TokenedQuestion[]> {
  const numbers = questions.flatMap(({ own }) => own.numbers)
  const others = questions.flatMap(({ own, asked }) =>
    [own, ...asked].flatMap(({ index, marks }) => [...index, ...marks]),
  )
  const tokenOf = await tokensFor(hub, numbers, others, options)
  return questions.map(({ own, asked }) => ({
    own: withTokens(own, tokenOf),
    asked: asked.map(({ index, marks }) => ({
      index: index.map((key) => ({ token: tokenOf(key), fields: key.fields })),
      marks: marks.map((key) => ({ token: tokenOf(key), meaning: key.meaning })),
    })),
  }))
}

function withTokens(description: Description, tokenOf: (key: LookupKey) => Uint8Array): TokenedDescription {
  const { numbers, index, marks, traits } = description
  return {
    numbers: numbers.map((key) => ({ kind: key.kind, token: tokenOf(key) })),
    index: index.map((key) => ({ token: tokenOf(key) })),
    marks: marks.map((key) => ({ token: tokenOf(key) })),
    traits,
  }
}

/** Tokens of keys, each made once: what a question asks and what it would record are largely the same. */
async function tokensFor(
  hub: HubContext,
  numbers: readonly LookupKey[],
  others: readonly LookupKey[],
  options?: SendOptions,
): Promise<(key: LookupKey) => Uint8Array> {
  const tokens = new Map<string, Uint8Array>()
  for (const [sort, keys] of [
    ['number', numbers],
    ['description', others],
  ] as const) {
    const distinct = [...new Map(keys.map((key) => [nameOf(key), key]))].filter(([name]) => !tokens.has(name))
    const inner = distinct.map(([, key]) => innerToken(hub.keys.lookupKey, hub.id, key))
    const outer = inner.length === 0 ? [] : await hub.custodians.blind(sort, inner, options)
    distinct.forEach(([name], i) => {
      tokens.set(name, outer[i] as Uint8Array)
    })
  }
  return (key) => tokens.get(nameOf(key)) ?? new Uint8Array(0)
}
