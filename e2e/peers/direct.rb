# Writes crates/jose/tests/vectors/direct-ruby.json: claims that Ruby's `json-jwt` (Debian: ruby-json-jwt) encrypted with a shared
# secret, in the one way that is taken and in the one next to it, which has a key of the same length.

require "base64"
require "json"
require "json/jwt"

SECRET = "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo="
CLAIMS = { sub: "cust-7f3a91" }.freeze

def made(enc)
  token = JSON::JWE.new(CLAIMS.to_json)
  token.alg = "dir"
  token.enc = enc
  token.encrypt!(Base64.strict_decode64(SECRET)).to_s
end

vectors = {
  made_by: "Ruby json-jwt",
  secret: SECRET,
  content: CLAIMS.to_json,
  accepted: [made("A256GCM")],
  refused: [made("A128CBC-HS256")]
}
place = File.expand_path("../../crates/jose/tests/vectors/direct-ruby.json", __dir__)
File.write(place, JSON.pretty_generate(vectors, indent: " ") + "\n")
