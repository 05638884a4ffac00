import type { CaseFile } from '../../case/case.js'
import { IndexError } from '../../errors.js'
import type { HubContext } from '../context.js'
import { numberKey } from '../shelf.js'

export async function requireCase(hub: HubContext, number: number): Promise<CaseFile> {
  const file = await hub.shelf.one('case', numberKey(number))
  if (file === undefined)
    throw new IndexError('ERR_CASE_UNKNOWN', 'there is no case with this number', { field: 'case' })
  return file
}
