import type { Problem } from '@countersign/core';
import type { Outline } from './outline.ts';

/** What the ways in and the rest of the file say of each other. */
export function checkListening({ addresses, asksForCertificates, routes }: Outline): readonly Problem[] {
  return [
    ...taken(addresses),
    // Such a rule would let nobody pass, or nobody be refused, and not say why.
    ...(asksForCertificates ? [] : routes.flatMap(({ certificates }) => certificates)).map((path) => ({
      path,
      message: 'expected tls.client_ca in the file: without it clients are not asked for a certificate',
    })),
  ];
}

/** Port 0 is another one every time. */
function taken(addresses: Outline['addresses']): readonly Problem[] {
  return addresses.flatMap(({ name, path }, index) => {
    const first = addresses.slice(0, index).find((other) => other.name === name && !name.endsWith(':0'));
    return first ? [{ path, message: `expected another address than that of ${first.path.join('.')}` }] : [];
  });
}
