import { ERROR_CODES, type ErrorCode } from '../../errors.js'
import type { RowReader, RowWriter } from './rows.js'

/** Why one row of a message does not stand, while others may. */
export interface Refusal {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly message: string
}

/** First byte of a refused row. */
export const REFUSED = 0xff

const KNOWN_CODES: ReadonlySet<string> = new Set(ERROR_CODES)

export function writeRefusal(out: RowWriter, { code, field, message }: Refusal): void {
  out.byte(REFUSED)
  out.text(code)
  out.text(field ?? '')
  out.text(message)
}

/** The refusal whose first byte has been read. */
export function readRefusal(rows: RowReader): Refusal {
  const [code, field, message] = [rows.text(), rows.text(), rows.text()]
  if (!isCode(code)) rows.refuse()
  return { code, field: field || undefined, message }
}

function isCode(text: string): text is ErrorCode {
  return KNOWN_CODES.has(text)
}
