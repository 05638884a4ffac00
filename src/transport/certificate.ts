import { createPublicKey, type X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import { privateKeyOf, type SigningKey, sign } from '../signature.js'

/** What TLS is given of a party: its roster key, and that key in the form of a certificate which it signed itself. */
export interface TlsIdentity {
  readonly cert: string
  readonly key: string
}

const ED25519 = '1.3.101.112'
const COMMON_NAME = '2.5.4.3'

/**
 * A certificate for a party's roster key, self-signed (RFC 5280, RFC 8410). It is nothing but the key in the form that TLS
 * wants: names and dates in it mean nothing, and nobody looks at them. The other end compares the key with the one it
 * has pinned.
 */
export function tlsIdentity(identity: SigningKey): TlsIdentity {
  const key = privateKeyOf(identity)
  const algorithm = new AlgorithmIdentifier({ algorithm: ED25519 })
  const cn = new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: 'child-index' }) })
  const name = new Name([new RelativeDistinguishedName([cn])])
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: exactly(Uint8Array.of(1)),
    signature: algorithm,
    issuer: name,
    subject: name,
    validity: new Validity({ notBefore: new Date(0), notAfter: new Date('9999-12-31T23:59:59Z') }),
    subjectPublicKeyInfo: AsnConvert.parse(
      exactly(createPublicKey(key).export({ format: 'der', type: 'spki' })),
      SubjectPublicKeyInfo,
    ),
  })
  const signature = sign(identity, new Uint8Array(AsnConvert.serialize(tbsCertificate)))
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: exactly(signature),
  })
  return {
    cert: pem('CERTIFICATE', new Uint8Array(AsnConvert.serialize(certificate))),
    key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

/** The raw Ed25519 key, 32 bytes, that the other end proved to hold in the handshake; undefined where it showed none. */
export function keyShown(certificate: X509Certificate | undefined): Uint8Array | undefined {
  if (certificate?.publicKey.asymmetricKeyType !== 'ed25519') return undefined
  const { x } = certificate.publicKey.export({ format: 'jwk' })
  return x === undefined ? undefined : new Uint8Array(Buffer.from(x, 'base64url'))
}

function exactly(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
