import {
  type Description,
  type Field,
  type LookupKey,
  type Meaning,
  nameOf,
  type Question,
  SAYS_NOTHING,
  type Traits,
} from '../../child/keys.js'
import { innerToken } from '../../child/tokens.js'
import type { SendOptions } from '../../port.js'
import { type GenerationKey, presentKey } from '../../seal/wrap.js'
import type { HubContext } from '../context.js'

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
  /** The same under the generation of keys before, while children still stand under it. */
  readonly former?: TokenedQuestion | undefined
}

/** A question under every generation that children stand under, the present one first. */
export function generationsOf(question: TokenedQuestion): readonly TokenedQuestion[] {
  return question.former === undefined ? [question] : [question, question.former]
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

/**
 * The tokens of many questions, with two questions to a custodian for all of them: one about numbers. As many again while a
 * former generation is open, whatever is found under the present one: how many are asked must not say who is here.
 */
export async function tokenedQuestions(
  hub: HubContext,
  questions: readonly Question[],
  options?: SendOptions,
): Promise<readonly TokenedQuestion[]> {
  const present = await tokenedUnder(hub, presentKey(hub.keys.lookupKeys), questions, options)
  const former = formerKey(hub)
  if (former === undefined) return present
  const before = await tokenedUnder(hub, former, questions, options)
  return present.map((question, index) => ({ ...question, former: before[index] }))
}

async function tokenedUnder(
  hub: HubContext,
  keys: GenerationKey,
  questions: readonly Question[],
  options?: SendOptions,
): Promise<readonly TokenedQuestion[]> {
  const numbers = questions.flatMap(({ own }) => own.numbers)
  const others = questions.flatMap(({ own, asked }) =>
    [own, ...asked].flatMap(({ index, marks }) => [...index, ...marks]),
  )
  const tokenOf = await tokensFor(hub, keys, numbers, others, options)
  return questions.map(({ own, asked }) => ({
    own: withTokens(own, tokenOf),
    asked: asked.map(({ index, marks }) => ({
      index: index.map((key) => ({ token: tokenOf(key), fields: key.fields })),
      marks: marks.map((key) => ({ token: tokenOf(key), meaning: key.meaning })),
    })),
  }))
}

/** The hub's key of the generation before, where children still stand under it. */
export function formerKey({ keys }: Pick<HubContext, 'keys'>): GenerationKey | undefined {
  return keys.lookupKeys.at(-2)
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
  { generation, key: kh }: GenerationKey,
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
    const inner = distinct.map(([, key]) => innerToken(kh, hub.id, key))
    const outer = inner.length === 0 ? [] : await hub.custodians.blind({ generation, sort }, inner, options)
    distinct.forEach(([name], i) => {
      tokens.set(name, outer[i] as Uint8Array)
    })
  }
  return (key) => tokens.get(nameOf(key)) ?? new Uint8Array(0)
}
