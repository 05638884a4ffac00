import type { DisclosureRequest } from '../disclosure/decide.js'
import { indicatorOf, type Policy } from '../policy/policy.js'

/**
 * What checks point to by themselves, whatever the child's level is: significant harm where one of them has an indicator that is
 * flagged so. Then there is a duty to share it (MPS 2003, paragraphs 4.3 and 4.7).
 */
export function statusOf(
  policy: Policy,
  checks: readonly { readonly indicators: readonly string[]; readonly withdrawn?: boolean | undefined }[],
): DisclosureRequest['status'] {
  const isHarm = (code: string): boolean => indicatorOf(policy, code)?.flags?.includes('significant-harm') === true
  const isFlagged = checks.some(({ indicators, withdrawn }) => withdrawn !== true && indicators.some(isHarm))
  return isFlagged ? 'significant-harm' : 'none'
}
