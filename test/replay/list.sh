#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl list --attach extends cxl-cli's listing; cxl list without it is cxl-cli's own. LIST_EVERY=N makes only every Nth of
# these listings, other listings on each machine.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# bare: print $out without the additions of list --attach, as cxl-cli prints it (jq puts a space after each colon)
# shellcheck disable=SC2016 # jq's
bare='def bare: if type == "object" then del(.attach, .lock_reason, .owners) | map_values(bare)
	elif type == "array" then map(bare) else . end; bare'

machine_number=0
for name in $(machines); do
	machine "$name"
	ok "$name: programs run on it" on_machine true
	machine_number=$((machine_number + 1)) number=$machine_number
	for options in '' -R '-MR' '-BMPDERTu' '-vvv' '-Mi -u' '-R -r region0' '-m mem0 -E' '-v -u -H'; do
		number=$((number + 1))
		[ $((number % ${LIST_EVERY:-1})) -eq 0 ] || continue
		read -ra arguments <<<"$options"
		run on_machine /usr/bin/cxl list "${arguments[@]}"
		expected=$(jq . <<<"$out") cli_status=$status cli_err=$err
		run on_machine timeout 20 "$CXL" list "${arguments[@]}"
		is "$name: list $options: cxl-cli's own" "$(jq . <<<"$out")$status$err" "$expected$cli_status$cli_err"
		run on_machine timeout 20 "$CXL" list --attach "${arguments[@]}"
		is "$name: list $options --attach: all of cxl-cli's is there" \
			"$(jq "$bare" <<<"$out")$status" "$expected$cli_status"
		[ -z "$out" ] || keep list
	done
done

machine accelerator
run on_machine "$CXL" list -MR --attach
is "a memdev" "$(jq -c '[.. | objects | select(.attach).attach | [.state, .provider, .imports_attach]]' <<<"$out")" \
	'[["attached","cxl_mock_accel",true]]'
is "a region" "$(jq -c '[.. | objects | select(.lock_reason) | [.region, .lock_reason, .owners[].memdev]]' <<<"$out")" \
	'[["region0","attach","mem0"]]'
run on_machine "$CXL" list -R -T --attach
is "a mapping is not a memdev" "$(jq -c '[.. | objects | select(has("position")) | has("attach")]' <<<"$out")" '[false]'
run on_machine "$CXL" list -D -d endpoint --attach
is "the region of a decoder is not extended" \
	"$(jq -c '[.. | objects | select(has("decoder")) | has("lock_reason")] | unique' <<<"$out")" '[false]'

# Output that is not a listing stays as it is.
run on_machine /usr/bin/cxl list --frobnicate
expected=$out$err$status
run on_machine "$CXL" list --attach --frobnicate
is "wrong usage is cxl-cli's" "$out$err$status" "$expected"
run on_machine "$CXL" list --list-opts
like "--list-opts has the options of cxl-cli and --attach" "$out" '--memdevs .*--attach'
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" list -M --attach >/dev/full' sh "$CXL"
is "a full disk: failed" "$status" 1
like "a full disk: said" "$err" 'cxl list: cannot write the answer: No space left on device'
CXL_CLI=/nowhere/cxl run "$CXL" list --attach
is "no cxl-cli: cannot" "$status" 5

# A cxl-cli that prints numbers and texts of every kind
directory=$(mktemp -d -p "$machine_top")
cat >"$directory/cxl" <<'FAKE'
#!/bin/sh
cat <<'JSON'
[{"memdev":"mem0","serial":18446744073709551615,"ratio":0.10,"neg":-1,"text":"a\/b\u00e9\"\\","none":null,"deep":[[{"region":"region0"}]]},{"memdev":"mem77"}]
JSON
exit 3
FAKE
chmod +x "$directory/cxl"
CXL_CLI=$directory/cxl run on_machine "$CXL" list --attach
is "numbers and texts stay the same" "$(jq -c "$bare" <<<"$out")" \
	"$("$directory/cxl" | jq -c .)"
is "every digit stays the same" "$(grep -o '18446744073709551615\|0\.10' <<<"$out" | xargs)" '18446744073709551615 0.10'
is "the exit status is cxl-cli's" "$status" 3
is "a memdev that has gone meanwhile" "$(jq -c '.[1].attach' <<<"$out")" '{"state":"unknown"}'
is "a region deep inside" "$(jq -c '.[0].deep[0][0].lock_reason' <<<"$out")" '"attach"'

# The output of cxl-cli is printed, and the status says that it was not extended.
printf '#!/bin/sh\necho "[{\\"memdev\\":\\"mem0\\"}]"\n' >"$directory/cxl"
rm -rf "${devices:?}"
: >"$devices"
CXL_CLI=$directory/cxl run on_machine "$CXL" list --attach
is "the devices cannot be read: failed, and nothing is lost" "$status$out" '1[{"memdev":"mem0"}]'
is "the devices cannot be read: said" "$err" "cxl list: cannot read the CXL devices: Not a directory"

ok "every answer is valid" all_valid list
finish
