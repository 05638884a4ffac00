import { describe, test } from 'vitest'
import { memoryStore } from '../../src/store/memory.js'
import { storeContract } from '../../src/testing/store-contract.js'
import { newSqliteStore } from './folder.js'

storeContract(
  'memory',
  async () => {
    const store = memoryStore()
    return { store, dispose: () => store.close() }
  },
  { describe, test },
)

storeContract('sqlite', () => newSqliteStore(), { describe, test })
