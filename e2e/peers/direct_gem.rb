# Writes crates/jose/tests/vectors/direct-ruby-jwe.json: claims that Ruby's `jwe` gem (https://github.com/jwt/ruby-jwe) encrypted with a
# shared secret, in the one way that is taken and in those next to it. Run with the gem on the load path: `ruby -I …/ruby-jwe/lib`.
#
# The vectors that are kept were made with the gem's sources at commit 98e9052756ace3caa4aeab642a6ff30202651a44, of which only what is
# used here was loaded; its deflating is that of version 1.0.0.

require "base64"
require "json"
require "jwe"

SECRET = "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo="
CONTENT = { sub: "cust-7f3a91" }.to_json.freeze

def made(**header)
  JWE.encrypt(CONTENT, Base64.strict_decode64(SECRET), alg: "dir", **header)
end

vectors = {
  made_by: "Ruby jwe",
  secret: SECRET,
  content: CONTENT,
  accepted: [made(enc: "A256GCM"), made(enc: "A256GCM", typ: "JWT", kid: "k1")],
  refused: [made(enc: "A128CBC-HS256"), made(enc: "A256GCM", zip: "DEF")]
}
place = File.expand_path("../../crates/jose/tests/vectors/direct-ruby-jwe.json", __dir__)
File.write(place, JSON.pretty_generate(vectors, indent: " ") + "\n")
