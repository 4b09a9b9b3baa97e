"""Verifies an access token with jwcrypto, given the key set: another language, another library, no code of ours."""
import json
import sys

from jwcrypto import jwk, jwt

question = json.load(sys.stdin)
keys = jwk.JWKSet.from_json(json.dumps(question["jwks"]))
try:
    token = jwt.JWT(
        jwt=question["token"],
        key=keys,
        algs=["ES256"],
        check_claims={"iss": question["issuer"], "aud": question["audience"], "exp": None, "jti": None},
    )
except Exception as fault:  # whatever it is, the answer is no
    json.dump({"valid": False, "why": type(fault).__name__}, sys.stdout)
else:
    json.dump({"valid": True, "header": json.loads(token.header), "claims": json.loads(token.claims)}, sys.stdout)
