/** Whether a normalised given name is one that people are known to bear. */
export function isKnownGivenName(first: string): boolean {
  return KNOWN.has(first)
}

const KNOWN: ReadonlySet<string> = new Set('ella ellie ava eva jayden kayden oliver olivia'.split(' '))
