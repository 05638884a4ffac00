import { randomUUID } from 'node:crypto'
import { generateAgencies, generateContacts, generatePopulation } from '../../src/testing/population.js'

/** One contact of the invented year, without the child's details. */
export interface MixedContact {
  readonly kind: string
  /** Place among the children of the mix. */
  readonly child: number
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly practitioner: string
}

/** What agencies see in a year, as it is dealt out again and again over the children of a store. */
export interface Mix {
  readonly children: number
  readonly contacts: readonly MixedContact[]
}

/** How an agency numbers its checks: one after the other, or at random. */
export type References = 'rising' | 'random'

export interface FedCheck {
  /** Place among the children of the store. */
  readonly child: number
  readonly incident: string
  readonly indicators: readonly string[]
  readonly occurredAt: number
  readonly reference: string
  readonly practitioner: string
}

/** Checks of one agency that it sends together. */
export interface FedBatch {
  /** The agency's kind, which is also its id: there is one of each. */
  readonly agency: string
  readonly checks: readonly FedCheck[]
}

export interface FeedOptions {
  readonly mix: Mix
  /** Of the store. */
  readonly children: number
  readonly references: References
  /** Tells the references of several feeds into one hub apart. */
  readonly name: string
}

/**
 * A year of contacts of a small population, from the same stories as everything that `child-index/testing` generates: three
 * quarters are routine, and a few children are met by several agencies with cause for worry.
 */
export function yearOfContacts(now: number, children = 2_000): Mix {
  const made = years.get(children) ?? generatedYear(now, children)
  years.set(children, made)
  return made
}

/** Made once in a process: it takes longer than a small trial. */
const years = new Map<number, Mix>()

function generatedYear(now: number, children: number): Mix {
  const population = generatePopulation({ seed: 7, children, now })
  const agencies = generateAgencies()
  const kinds = new Map(agencies.map(({ id, kind }) => [id, kind]))
  const contacts = generateContacts({ seed: 11, population, agencies, now, days: 365 })
  return {
    children: population.length,
    contacts: contacts.map(({ agency, child, incident, indicators, occurredAt, practitioner }) => ({
      ...{ kind: kinds.get(agency) ?? 'voluntary', child, incident, indicators, occurredAt, practitioner },
    })),
  }
}

export function kindsOf({ contacts }: Mix): readonly string[] {
  return [...new Set(contacts.map(({ kind }) => kind))].sort()
}

/** Shares no factor with a power of ten: children next to each other in the mix lie far apart in the store. */
const STRIDE = 618_033

/**
 * Batches without end, the same for everybody who makes the feed with the same options (but for random references). Every time the year is
 * dealt out, it is dealt to other children, until the store has no others.
 */
export class Feed {
  private readonly waiting = new Map<string, FedCheck[]>()
  private readonly counts = new Map<string, number>()
  private dealt = 0

  constructor(private readonly options: FeedOptions) {}

  next(batch: number): FedBatch {
    for (;;) {
      const { agency, check } = this.deal()
      const checks = this.waiting.get(agency) ?? []
      this.waiting.set(agency, checks)
      checks.push(check)
      if (checks.length < batch) continue
      this.waiting.delete(agency)
      return { agency, checks }
    }
  }

  batches(count: number, batch: number): readonly FedBatch[] {
    return Array.from({ length: count }, () => this.next(batch))
  }

  private deal(): { readonly agency: string; readonly check: FedCheck } {
    const { mix, children } = this.options
    const contact = mix.contacts[this.dealt % mix.contacts.length]
    if (contact === undefined) throw new RangeError('nothing happened in the whole year')
    const { kind, incident, indicators, occurredAt, practitioner } = contact
    const place = Math.floor(this.dealt / mix.contacts.length) * mix.children + contact.child
    this.dealt += 1
    return {
      agency: kind,
      check: {
        ...{ incident, indicators, occurredAt, practitioner },
        child: (place * STRIDE) % children,
        reference: this.reference(kind),
      },
    }
  }

  private reference(agency: string): string {
    const { references, name } = this.options
    if (references === 'random') return randomUUID()
    const count = (this.counts.get(agency) ?? 0) + 1
    this.counts.set(agency, count)
    return `${name}-2026-${String(count).padStart(7, '0')}`
  }
}
