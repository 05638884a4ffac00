import type { GeneratedDetails } from './household.js'

/**
 * What happens to a child in the generated year.
 *
 * `ordinary`: routine contacts, most often none. `unborn`: at most one. `early-help`: one or two slight concerns. `hardship`: several
 * agencies see poverty and nothing else. `needs`: concerns add up over several agencies to a child in need. `harm`: they end
 * in one that by itself means significant harm. `many-agencies`: seven contacts, each agency sees one piece that alone
 * stays below child protection, together they reach it. `unregistered`: a contact or two with a child from elsewhere.
 */
export type Story =
  | 'ordinary'
  | 'unborn'
  | 'early-help'
  | 'hardship'
  | 'needs'
  | 'harm'
  | 'many-agencies'
  | 'unregistered'

export interface GeneratedChild {
  readonly details: GeneratedDetails
  /** Whether the child is among those to register; the others are met by agencies all the same. */
  readonly registered: boolean
  readonly story: Story
}
