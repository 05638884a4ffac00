import {
  type Field,
  type LookupKey,
  type Meaning,
  nameOf,
  type Question,
  SAYS_NOTHING,
  type Traits,
} from '../../child/keys.js'
import { innerTokens, type TokenSort } from '../../child/tokens.js'
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
  const numbers = new Wanted('number')
  const others = new Wanted('description')
  for (const { own, asked } of questions) {
    numbers.add(own.numbers)
    for (const { index, marks } of [own, ...asked]) {
      others.add(index)
      others.add(marks)
    }
  }
  await numbers.make(hub, keys, options)
  await others.make(hub, keys, options)
  return questions.map(({ own, asked }) => {
    const tokened = {
      numbers: own.numbers.map((key) => ({ kind: key.kind, token: numbers.tokenOf(key) })),
      index: own.index.map((key) => ({ token: others.tokenOf(key), fields: key.fields })),
      marks: own.marks.map((key) => ({ token: others.tokenOf(key), meaning: key.meaning })),
      traits: own.traits,
    }
    return {
      own: tokened,
      asked: asked.map(({ index, marks }) => ({
        // As they are written, a description is asked by the keys that it would be recorded under.
        index:
          index === own.index
            ? tokened.index
            : index.map((key) => ({ token: others.tokenOf(key), fields: key.fields })),
        marks:
          marks === own.marks
            ? tokened.marks
            : marks.map((key) => ({ token: others.tokenOf(key), meaning: key.meaning })),
      })),
    }
  })
}

/** The hub's key of the generation before, where children still stand under it. */
export function formerKey({ keys }: Pick<HubContext, 'keys'>): GenerationKey | undefined {
  return keys.lookupKeys.at(-2)
}

/** Keys whose tokens are wanted, each made once: what a question asks and what it would record are largely the same. */
class Wanted {
  readonly #tokens = new Map<LookupKey, Uint8Array>()
  /** By name: the one of equal keys that the token is made of, and where the others find it. */
  readonly #distinct = new Map<string, LookupKey>()
  readonly #equal = new Map<LookupKey, LookupKey>()

  constructor(private readonly sort: TokenSort) {}

  add(keys: readonly LookupKey[]): void {
    for (const key of keys) {
      if (this.#equal.has(key)) continue
      const name = nameOf(key)
      const first = this.#distinct.get(name)
      if (first === undefined) this.#distinct.set(name, key)
      this.#equal.set(key, first ?? key)
    }
  }

  /** Asks a custodian once for all of them. */
  async make(hub: HubContext, { generation, key: kh }: GenerationKey, options?: SendOptions): Promise<void> {
    const keys = [...this.#distinct.values()]
    if (keys.length === 0) return
    const inner = innerTokens(kh, hub.id, keys)
    const outer = await hub.custodians.blind({ generation, sort: this.sort }, inner, options)
    keys.forEach((key, i) => {
      this.#tokens.set(key, outer[i] as Uint8Array)
    })
  }

  tokenOf(key: LookupKey): Uint8Array {
    const token = this.#tokens.get(this.#equal.get(key) ?? key)
    if (token === undefined) throw new RangeError('the token was not asked for')
    return token
  }
}
