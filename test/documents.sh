# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The part of test/static about documents: the files and links that they name exist, and their form and words are right.
# shellcheck disable=SC2154 # scratch is test/static's; out, err and status are those of test/tap.sh

# The names in documents have to exist: files of this tree, and targets of links.
named() { grep -ohE "\`(attach|cxl|exercise|util|test|contrib|debian|rpm|Documentation)/[][A-Za-z0-9_./*-]+\`" ./*.md Documentation/*.md |
	tr -d '\`' | grep -E '[.]|/$' | grep -vE 'NAME|MACHINE' | sort -u; }
missing=$(named | while read -r name; do compgen -G "$name" >/dev/null || echo "$name"; done)
is "documents: every file that they name is there" "$missing" ""
quiet "documents: every link leads to a file, and to a heading in it" test/links
quiet "documents: lines of at most 100 columns, no figure without date, kernel and command" test/prose
for page in Documentation/*.md; do
	[ "$page" = Documentation/README.md ] ||
		ok "documents: the index has ${page##*/}" grep -q "(${page##*/})" Documentation/README.md
done
for page in Documentation/*.adoc; do
	ok "documents: the index has ${page##*/}" grep -q "(${page##*/})" Documentation/README.md
done
is "README: less than 150 lines" "$(($(wc -l <README.md) < 150))" 1
for picture in Documentation/*.svg; do
	quiet "documents: ${picture##*/} is well-formed" \
		python3 -c 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])' "$picture"
done

# Words, checked by Debian's linters. Recordings and fuzzing inputs are not ours to spell. test/words has the words that
# are not used.
quiet "documents: codespell" codespell --skip './.git,*/machines/*,./LICENSES,./test/words,./test/documents.sh,./test/fuzz' .
mkdir "$scratch"/text
test/prose --text "$scratch"/text
mapfile -t texts < <(find "$scratch"/text -type f | sort)
quiet "documents: proselint" proselint --config test/proselint.json "${texts[@]}"
echo 'This is a a text, which recieves words.' >"$scratch"/bad.md
run codespell "$scratch"/bad.md
like "codespell finds a misspelled word" "$status $out" '^[1-9][0-9]* .*recieves ==> receives'
run proselint --config test/proselint.json "$scratch"/bad.md
like "proselint finds a repeated word" "$status $out" '^1 .*lexical_illusions'

# These checks can fail: a correct document, and what each check says if one thing in it is wrong
book=$(mktemp -d -p "$scratch")
# document LINE...: make this the only document, beside another document with a heading
document() {
	printf '# Other\n\n## What is, and why\n' >"$book/other.md"
	printf '%s\n' "$@" >"$book/page.md"
}
# fault WHAT PROOF EXPECTED: what PROOF says of that document
fault() {
	run "test/$2" "$book"
	is "test/$2: $1" "$status$out" "1$3"
}
document '# Page' '' 'See [other](other.md), [why](other.md#what-is-and-why) and [this](#page).' \
	'It took 12 ms on 2026-11-30 with Linux 7.3, by:' '' '    cxl list'
for proof in links prose; do
	run "test/$proof" "$book"
	is "test/$proof: nothing wrong" "$status$out$err" 0
done
document '[gone](gone.md)'
fault "a file that is not there" links 'page.md:1: gone.md: there is no such file'
document 'a [text of two' 'lines](other.md#nowhere)'
fault "a heading that is not there" links 'page.md:2: other.md#nowhere: there is no such heading'
document '[out](../out.md)'
fault "a file that is elsewhere" links 'page.md:1: ../out.md: is outside of this tree'
# shellcheck disable=SC2016 # not to be expanded
document '`[code](gone.md)`' '' '    [code](gone.md)' '' '```' '[code](gone.md)' '```'
fault "code is no link" links 'there are no links'
long=$(yes word | head -n 21 | xargs)
document "$long" '' "    $long" '' "| $long |" '' "${long// /-}"
fault "a line that is too long" prose 'page.md:1: has 104 columns, of at most 100'
mv "$book/page.md" "$book/page.adoc"
fault "a line that is too long, in a manual page" prose 'page.adoc:1: has 104 columns, of at most 100'
rm "$book/page.adoc"
document '# Page' 'With Linux 7.3:' '' '    cxl list' '## One' 'On 2026-11-30.' '## Two' 'It took 12 ms.'
fault "a figure without a date" prose "page.md:8: '12 ms' without date"
document '# Page' 'On 2026-11-30:' '' '    cxl list' '' 'a quarter, 25 %.'
fault "a figure without a kernel" prose "page.md:6: '25 %' without kernel"
document 'On 2026-11-30, with Linux 7.3, it did 30 rounds a second.'
fault "a figure without a command" prose "page.md:1: '30 rounds a second' without command"

# tutorial LINE...: what test/page says of a page with these lines, without TAP comments
tutorial() {
	document "$@"
	run test/page run "$book/page.md"
	out=$(grep -v '^#' <<<"$out")
}
# page_fails WHAT EXPECTED LINE...: that page fails, for the expected reason
page_fails() {
	tutorial "${@:3}"
	is "test/page: $1" "$status$(grep '^not ok' <<<"$out")" "1not ok $2"
}
tutorial '```console' '# echo "took 12.5 ms"; (exit 3)' 'took 3 ms' '# echo $?' '3' '# printf "%s\n" a |' '> cat; echo b >&2' 'a' 'b' '```'
is "test/page: nothing wrong" "$status$out" $'0ok 1 - line 2: echo "took 12.5 ms"; (exit 3)\nok 2 - line 4: echo $?\nok 3 - line 6: printf "%s\\n" a |\n1..3'
page_fails "an output that differs" '1 - line 2: echo a' '```console' '# echo a' 'b' '```'
page_fails "an output that is missing" '2 - line 4: echo b' '```console' '# echo a' 'a' '# echo b' '```'
page_fails "a line that is not printed" '1 - line 2: echo a' '```console' '# echo a' 'a' 'b' '```'
page_fails "an output on standard error" '1 - line 2: echo a; echo b >&2' '```console' '# echo a; echo b >&2' 'a' '```'
page_fails "a block without output" '1 - line 1: a block without output' '```console' '# true' '```'
page_fails "output without a command" '1 - line 2: output without a command' '```console' 'a' '# echo b' 'b' '```'
page_fails "a page without a command" '1 - no command' 'Nothing.'
page_fails "a block that is not run" '1 - line 1: a block that is not run' '```sh' 'true' '```' '```console' '# echo a' 'a' '```'
page_fails "code that is indented" '1 - line 2: an indented block, which is not run' '' '    cxl list' '```console' '# echo a' 'a' '```'
page_fails "a command that ends the shell" '1 - the shell ended before the page' '```console' '# echo a; exit' 'a' '```'
page_fails "a command that is not there" '1 - line 2: cxl-of-nobody' '```console' '# cxl-of-nobody' 'a' '```'
document '```console' '# echo a' 'b' '```' 'text'
run test/page record "$book/page.md"
is "test/page: record" "$out" $'```console\n# echo a\na\n```\ntext'
