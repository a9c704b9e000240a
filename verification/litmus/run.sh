#!/usr/bin/env bash
# Runs the litmus tests: run.sh [check | ci | install DIR]
#
# check (the default) runs every test with herd7 and holds its verdict against expected.txt. install puts herd7 in DIR,
# from Debian's unstable distribution, and leaves the system as it is. ci first holds the tests against what the code
# compiles to, and then checks them if herd7 is there or can be installed; if it can't, it says so and does not fail.
#
# Environment: HERD7, a folder that has herd7, for one that is not in PATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -z "${HERD7:-}" ] || PATH=$HERD7:$PATH

# mirror prints where this machine gets its Debian packages.
mirror() {
	sed -nE 's/^(URIs:|deb( +\[[^]]*\])?) +(https?:[^ ]*\/debian\/?)( .*)?$/\3/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1
}

# install DIR: lists, cache and packages stay in DIR. herd7 needs a C library newer than this system's may be, so it gets
# its own, and is started through that one's loader.
install() {
	local dir=$1 tool from keys=/usr/share/keyrings/debian-archive-keyring.gpg
	for tool in apt-get dpkg; do command -v "$tool" >/dev/null || return 1; done
	from=$(mirror)
	[ -n "$from" ] && [ -f "$keys" ] || return 1
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	mkdir -p "$dir"/apt/state/lists/partial "$dir"/apt/cache/archives/partial "$dir"/root
	touch "$dir/apt/state/status"
	echo "deb [signed-by=$keys] $from sid main" >"$dir/apt/sources.list"
	local apt=(apt-get -qq
		-o "Dir::Etc::SourceList=$dir/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State=$dir/apt/state" -o "Dir::State::status=$dir/apt/state/status" -o "Dir::Cache=$dir/apt/cache"
		-o APT::Sandbox::User=root)
	"${apt[@]}" update || return 1
	(cd "$dir" && "${apt[@]}" download herdtools7 libc6 libgmp10) || return 1
	local package loader
	for package in "$dir"/*.deb; do
		dpkg -x "$package" "$dir/root" || return 1
		rm "$package"
	done
	rm -r "$dir/apt"
	loader=$(find "$dir/root/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
	[ -n "$loader" ] || return 1
	cat >"$dir/herd7" <<-END
		#!/bin/sh
		exec "$loader" --library-path "$(dirname "$loader")" \\
			"$dir/root/usr/bin/herd7" -set-libdir "$dir/root/usr/share/herdtools7/herd" "\$@"
	END
	chmod +x "$dir/herd7"
	"$dir/herd7" -version
}

# check fails if a verdict is not the expected one, and if a test has no verdict or is not expected.
check() {
	cd "$here"
	{ herd7 ./*.litmus || true; } | awk '/^Observation / { print $2, $3 }' | LC_ALL=C sort >"$tmp/verdicts"
	local name
	for name in *.litmus; do
		name=${name%.litmus}
		grep -q "^$name " "$tmp/verdicts" || echo "$name none" >>"$tmp/verdicts"
	done
	cat "$tmp/verdicts"
	if ! diff <(LC_ALL=C sort expected.txt) <(LC_ALL=C sort "$tmp/verdicts") >"$tmp/diff"; then
		echo "$0: not as expected (< expected, > found):" >&2
		cat "$tmp/diff" >&2
		return 1
	fi
	echo "$(wc -l <"$tmp/verdicts") litmus tests, all as expected"
}

# found reports whether herd7 is there and runs.
found() { herd7 -version >/dev/null 2>&1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

case ${1:-check} in
check)
	if ! found; then
		echo "herd7 is not here ($0 install DIR gets it): the litmus tests were NOT run"
		exit 0
	fi
	check
	;;
install)
	[ $# = 2 ] || {
		echo "usage: $0 install DIR" >&2
		exit 2
	}
	if ! install "$2"; then
		echo "$0: herd7 can't be installed here: that takes apt, dpkg and a mirror of Debian" >&2
		exit 1
	fi
	echo "now run HERD7=$2 $0"
	;;
ci)
	(cd "$here/../.." && go run ./verification/litmus/extract -check)
	echo "the sequences are as written down"
	if ! found; then
		timeout 120 "$here/run.sh" install "$tmp/herd7" || true
		PATH=$tmp/herd7:$PATH
	fi
	if ! found; then
		echo "herd7 can't be had here: the litmus tests were NOT run"
		exit 0
	fi
	check
	;;
*)
	echo "usage: $0 [check | ci | install DIR]" >&2
	exit 2
	;;
esac
