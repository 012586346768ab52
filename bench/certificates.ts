import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** The name in the bench's gateway certificate. */
export const GATEWAY_NAME = "gateway.wor.internal";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const LIFE_MS = 7 * 24 * 3_600_000;

/** Makes the bench's own authority and the gateway's certificate (P-256: a small handshake). The authority's key is thrown away. */
export async function makeCertificates(files: { ca: string; cert: string; key: string }): Promise<void> {
  const authority = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const gateway = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const life = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + LIFE_MS) };
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: "CN=Wake-on-Ring bench",
    keys: authority,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
    ...life,
  });
  const cert = await X509CertificateGenerator.create({
    subject: `CN=${GATEWAY_NAME}`,
    issuer: ca.subject,
    publicKey: gateway.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: GATEWAY_NAME }])],
    ...life,
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", gateway.privateKey), "PRIVATE KEY");
  writeFileSync(files.ca, ca.toString("pem"));
  writeFileSync(files.cert, cert.toString("pem"));
  writeFileSync(files.key, key, { mode: 0o600 });
}
