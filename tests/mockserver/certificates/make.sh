#!/usr/bin/env bash
# Makes the certificates of this folder again, with a new CA whose key is thrown away. Needs
# certtool (package gnutls-bin). They end before 2038, which is the end of time with 32 bits.
set -eu
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make NAME FROM TO "MORE LINES OF THE TEMPLATE" SIGNING OPTION...
make () {
  local name=$1
  printf 'activation_date = "%s UTC"\nexpiration_date = "%s UTC"\n%b' "$2" "$3" "$4" \
    >"$work/$name.txt"
  shift 4
  certtool "$@" --template "$work/$name.txt" --outfile "$name.pem"
}
new_key () {
  certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 --no-text --outfile "$1"
}

begin="2020-01-01 00:00:00" end="2037-12-31 00:00:00"
server='cn = "visioncraft-mock"\ntls_www_server\nsigning_key\n'
here='dns_name = "localhost"\nip_address = "127.0.0.1"\n'
new_key "$work/ca.key"
new_key server.key
make ca "$begin" "$end" 'cn = "visioncraft-mock CA"\nca\ncert_signing_key\n' \
  --generate-self-signed --load-privkey "$work/ca.key" --no-text
by_ca=(--generate-certificate --load-privkey server.key --load-ca-certificate ca.pem
  --load-ca-privkey "$work/ca.key" --no-text)
make valid "$begin" "$end" "$server$here" "${by_ca[@]}"
make expired "$begin" "2020-02-01 00:00:00" "$server$here" "${by_ca[@]}"
make not-yet "2037-12-01 00:00:00" "$end" "$server$here" "${by_ca[@]}"
make wrong-host "$begin" "$end" "${server}dns_name = \"elsewhere.example\"\n" "${by_ca[@]}"
make self-signed "$begin" "$end" "$server$here" \
  --generate-self-signed --load-privkey server.key --no-text
