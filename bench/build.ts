import { build } from 'tsup'

// As the package is built. `tsx`, which runs the other benchmarks, keeps the names of functions by setting one each time a
// function is made, and what is timed here would then be that.
await build({
  entry: {
    policy: 'bench/policy.ts',
    matching: 'bench/matching.ts',
    lookups: 'bench/lookups.ts',
    seal: 'bench/seal.ts',
    custodian: 'bench/seal/custodian.ts',
  },
  outDir: '.tmp/bench',
  format: 'esm',
  target: 'node20',
  skipNodeModulesBundle: true,
  silent: true,
  config: false,
})
