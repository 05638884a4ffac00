// The declarations of @hpke/core name Web Crypto's types as globals, as a browser has them. Node has them in its module.
import type { webcrypto } from 'node:crypto'

declare global {
  type Crypto = webcrypto.Crypto
  type CryptoKey = webcrypto.CryptoKey
  type CryptoKeyPair = webcrypto.CryptoKeyPair
  type HmacKeyGenParams = webcrypto.HmacKeyGenParams
  type JsonWebKey = webcrypto.JsonWebKey
  type KeyAlgorithm = webcrypto.KeyAlgorithm
  type KeyUsage = webcrypto.KeyUsage
  type SubtleCrypto = webcrypto.SubtleCrypto
}
