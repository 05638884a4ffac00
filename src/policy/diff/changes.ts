import type { Policy } from '../policy.js'
export interface DocumentChange {
  readonly path: string
  readonly change: string
}
export function documentChanges(_before: Policy, _after: Policy): readonly DocumentChange[] {
  return []
}
