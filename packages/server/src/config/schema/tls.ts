import * as z from 'zod';
import { authoritiesFault, serverCertificate } from '../certificates.ts';
import type { CertificateConfig, TlsConfig } from '../model.ts';

/**
 * `tls`: what we show to clients, and what we ask of them. The paths of the file have become its content when this is
 * read (`named-files.ts`).
 */

/** More certificates than one process serves names for. */
const MAX_CERTIFICATES = 100;

export const certificateShape = {
  cert: z.string().describe('Path of a PEM file: the certificate, then its intermediates.'),
  key: z
    .string()
    .describe('Path of a PEM file: the private key of the first certificate, without a passphrase.'),
};

const certificate = z
  .strictObject(certificateShape)
  .transform(({ cert, key }, context): CertificateConfig => {
    const read = serverCertificate(cert, key);
    if (read.ok) return { cert, key, ...read.value };
    context.addIssue({ code: 'custom', path: [read.error.of], message: read.error.message });
    return z.NEVER;
  });

const clientCa = z.string().superRefine((text, context) => {
  const message = authoritiesFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const tlsShape = {
  certificates: z
    .array(certificate)
    .min(1, 'expected at least one certificate')
    .max(MAX_CERTIFICATES, `expected at most ${MAX_CERTIFICATES} certificates`)
    .describe('Chosen by the name that the client asks for; the first where none has it.'),
  client_ca: clientCa
    .exactOptional()
    .describe(
      'Path of a PEM file: certificates of clients that these authorities signed are facts for policies.',
    ),
};

export const tls = z
  .strictObject(tlsShape)
  .superRefine(({ certificates }, context) => {
    for (const index of neverChosen(certificates)) {
      const message = 'expected a DNS name that no certificate above has: this one would never be chosen';
      context.addIssue({ code: 'custom', path: ['certificates', index, 'cert'], message });
    }
  })
  .transform(({ certificates, client_ca: authorities }): TlsConfig => ({
    certificates,
    ...(authorities === undefined ? {} : { clientCa: authorities }),
  }));

/** Of two with one name the first is chosen; the first of all is chosen for everybody else, whatever its names. */
function neverChosen(certificates: readonly CertificateConfig[]): readonly number[] {
  const taken = new Set(certificates[0]?.names);
  return certificates.flatMap(({ names }, index) => {
    if (index === 0) return [];
    const isChosen = names.some((name) => !taken.has(name));
    for (const name of names) taken.add(name);
    return isChosen ? [] : [index];
  });
}
