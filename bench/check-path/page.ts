import type { Results } from './results.js'

export function resultsPage(_results: Results): string {
  return ''
}
