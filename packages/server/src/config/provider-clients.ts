import { issuerKey, type Problem } from '@countersign/core';
import type { Outline } from './outline.ts';

/**
 * Identity providers with one issuer are told apart by the client that an id_token was made for. A client of two would
 * make one person two, in whichever organization comes first in the file.
 */
export function checkProviderClients({
  identityProviders,
}: Pick<Outline, 'identityProviders'>): readonly Problem[] {
  const owners = new Map<string, string>();
  return identityProviders.flatMap(({ name, url, clients }) => {
    if (url === undefined) return [];
    return clients.flatMap((client): readonly Problem[] => {
      const key = JSON.stringify([issuerKey(url.name), client.name]);
      const owner = owners.get(key) ?? name;
      owners.set(key, owner);
      if (owner === name) return [];
      const message = `expected another client: the id_tokens of this one are those of "${owner}", which has the same issuer`;
      return [{ path: client.path, message }];
    });
  });
}
