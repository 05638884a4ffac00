import type { Law } from './law.js'
import { documentLaw } from './laws/document.js'
import { growthLaws } from './laws/growth.js'
import { orderLaws } from './laws/order.js'
import { pointsLaws } from './laws/points.js'
import { recordLaws } from './laws/records.js'
import { timeLaws } from './laws/time.js'

/** The laws T1 to T21 of thresholds, in that order. */
export const laws: readonly Law[] = [
  ...orderLaws,
  ...growthLaws,
  ...pointsLaws,
  ...timeLaws,
  ...recordLaws,
  documentLaw,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
