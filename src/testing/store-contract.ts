import { movedContract, takenContract } from './store-contract/commit.js'
import type { On, OpenedStore } from './store-contract/fixtures.js'
import { erasureContract, journalContract, leafContract } from './store-contract/journal.js'
import { limitsContract } from './store-contract/limits.js'
import { compareWithModel } from './store-contract/model.js'
import { lifeContract, tableContract } from './store-contract/tables.js'

export type { OpenedStore } from './store-contract/fixtures.js'

/** The two functions of a test runner that the contract calls; those of vitest and of `node:test` fit as they are. */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly test: (name: string, body: () => Promise<void>) => unknown
}

/**
 * Registers the tests that every store must pass, by whoever it was written.
 *
 * @param open A new, empty store each time it is called.
 * @param options `runs`: number of random sequences that are compared with the memory store; default 100.
 */
export function storeContract(
  name: string,
  open: () => Promise<OpenedStore>,
  runner: ContractRunner,
  options: { readonly runs?: number } = {},
): void {
  const { describe, test } = runner
  const on: On = (title, body) => {
    test(title, async () => {
      const opened = await open()
      try {
        await body(opened.store, opened)
      } finally {
        await opened.dispose()
      }
    })
  }
  describe(`store contract: ${name}`, () => {
    journalContract(on)
    movedContract(on)
    takenContract(on)
    leafContract(on)
    erasureContract(on)
    tableContract(on)
    limitsContract(on)
    lifeContract(on)
    test('answers random sequences of commits as the memory store does', () =>
      compareWithModel(open, options.runs ?? 100))
  })
}
