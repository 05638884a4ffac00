import { defineConfig } from 'tsup'

const doors = { index: 'src/index.ts', agency: 'src/agency.ts', custodian: 'src/custodian.ts' }
const sideDoors = {
  policy: 'src/policy.ts',
  verify: 'src/verify.ts',
  witness: 'src/witness.ts',
  testing: 'src/testing.ts',
  transport: 'src/transport.ts',
  sqlite: 'src/sqlite.ts',
}

export default defineConfig({
  entry: { ...doors, ...sideDoors, cli: 'src/cli/main.ts' },
  dts: { entry: { ...doors, ...sideDoors } },
  format: 'esm',
  target: 'node20',
  splitting: true,
  clean: true,
})
