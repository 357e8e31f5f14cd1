#!/usr/bin/env bash
# Everything that the built module lets out, as the stock tools show it: no key and
# no proxy's password is in any of it.
#
#   secrets.sh MODULE_DIR MOCK_PROGRAM
set -eu

module_dir=$1 mock_program=$2
work=$(mktemp -d)
out=$work/out
mkdir "$out"
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null || true; rm -rf "$work"' EXIT
fail () { echo "FAILED: $1"; exit 1; }

unset GST_REGISTRY_DISABLE G_DEBUG
export GST_PLUGIN_PATH=$module_dir GST_REGISTRY=$work/registry.bin

# Two halves: neither alone may come out either.
key_a=k7Qx2mV9 key_b=Zr4Tn8Wp pass_a=pS5fJ3 pass_b=uH6gB1
key=$key_a/$key_b pass=$pass_a$pass_b

exec 3< <(exec "$mock_program" --size 96x64 --frames 4)
mock=$!
read -r line <&3
url=${line#listening on }

n=0
# run 0|1 PROPERTY...: whether gst-launch must fail. Where the error comes before its main loop
# runs, gst-launch forgets to end: it is interrupted then.
run () {
  local wanted=$1 status=0 limit=60
  shift
  [ "$wanted" -eq 0 ] || limit=10
  n=$((n + 1))
  mkdir "$out/dot-$n"
  GST_DEBUG='visioncraft*:9' GST_DEBUG_FILE=$out/debug-$n.log G_MESSAGES_DEBUG=all \
    GST_DEBUG_DUMP_DOT_DIR=$out/dot-$n GST_DEBUG_NO_COLOR=1 \
    timeout -s INT "$limit" gst-launch-1.0 -v -m -t visioncraftgifsrc name=source api-url="$url" retries=0 "$@" \
    ! filesink location="$work/x.gif" >"$out/launch-$n.txt" 2>&1 || status=1
  [ "$status" -eq "$wanted" ] || { cat "$out/launch-$n.txt"; fail "run $n ended with $status: $*"; }
  [ "$wanted" -eq 0 ] || grep -q '^ERROR: from element' "$out/launch-$n.txt" \
    || { cat "$out/launch-$n.txt"; fail "run $n ended without an error: $*"; }
  [ -s "$out/debug-$n.log" ] || fail "run $n logged nothing"
}

export VISIONCRAFT_TOKEN=$key
gst-inspect-1.0 visioncraftgifsrc >"$out/inspect.txt"
run 0 prompt="a canary"
unset VISIONCRAFT_TOKEN

printf '%s\n' "$key" >"$work/key"
chmod 644 "$work/key"
run 0 prompt="a canary" token-file="$work/key"
run 0 prompt="a canary" token="$key"
grep -q 'chmod 600' "$out/launch-2.txt" || fail "a key that others can read brings no warning"

# The server repeats the key, in JSON and in a page.
run 1 token="$key" prompt="a canary fault:token-echo"
run 1 token="$key" prompt="a canary fault:token-echo-200"
run 1 token="$key" prompt="a canary fault:token-echo-html"

# Settings that are refused.
run 1 token="$key $key" prompt="a canary"
run 1 token="$key" prompt="a canary" api-url=http://elsewhere.example
run 1 token="$key" prompt="a canary" ssl-ca-file=/none

# A proxy's password, wherever it was put.
run 0 token="$key" prompt="a canary fault:proxy-auth" proxy="$url" proxy-id=ann proxy-pw="$pass"
run 0 token="$key" prompt="a canary fault:proxy-auth" proxy="http://ann:$pass@${url#http://}"
run 1 token="$key" prompt="a canary" proxy="http://ann:$pass/x@nowhere.invalid:1"

# What is looked at is really there.
[ "$(find "$out" -name '*.dot' | wc -l)" -ge 8 ] || fail "no graphs"
grep -qr "a canary" "$out" --include='*.dot' || fail "the graphs tell no properties"
grep -q "a canary" "$out/debug-1.log" || fail "the log is not at its finest"
grep -qF 'Invalid API key [secret]' "$out/launch-4.txt" || fail "the server's words are missing"
grep -q "visioncraft-generated" "$out/launch-1.txt" || fail "the messages are missing"

for secret in "$key_a" "$key_b" "$pass_a" "$pass_b"; do
  if grep -rn -a -F "$secret" "$out" | cut -c1-300 | grep .; then
    fail "a secret came out"
  fi
done
echo "$n runs: nothing came out"
