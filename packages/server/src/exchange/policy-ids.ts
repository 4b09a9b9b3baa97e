/**
 * The stable ids of policies by the ids of their rules: policy `i` of an issuer is the rule `policies[i]`. A rule names
 * its place in one version of the file, an id the same policy in all of them; a mass revocation needs the latter.
 */
export function policyIdsOf(policyIds: readonly string[], rules: readonly string[]): readonly string[] {
  return rules.map((rule) => {
    const id = policyIds[Number(RULE.exec(rule)?.[1])];
    // A token without its policies could never be revoked by one of them.
    if (id === undefined) throw new Error(`no policy for the rule ${rule}`);
    return id;
  });
}

const RULE = /^policies\[(\d+)\]$/;
