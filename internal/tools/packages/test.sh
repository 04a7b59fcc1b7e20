#!/usr/bin/env bash
# Installs the deb in a folder of packages on this Debian (root), uses what a user gets of it, removes it, and looks for
# what it left. Of rpm and apk it only compares the files, where there is rpm to look. make test-package runs it:
#
#	test.sh FOLDER VERSION
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
	echo "only root can install a package: run this as root, in a container for one" >&2
	exit 1
fi
deb=$(echo "$1"/*.deb) rpm=$(echo "$1"/*.rpm) apk=$(echo "$1"/*.apk)
if dpkg -s attrmigrate >/dev/null 2>&1; then
	echo "attrmigrate is installed here already, and this would remove it: remove it first (dpkg --purge attrmigrate)" >&2
	exit 1
fi

home=$(mktemp -d)
trap 'dpkg --purge attrmigrate >/dev/null 2>&1 || true; rm -rf "$home"' EXIT
cd "$home"

# says TEXT COMMAND... fails unless what the command prints contains the text.
says() {
	local printed
	printed=$("${@:2}" 2>&1) || { printf '%s: exit code %s\n%s\n' "${*:2}" "$?" "$printed" >&2; exit 1; }
	case "$printed" in
	*"$1"*) echo "ok: ${*:2}" ;;
	*) printf '%s: does not say %s but\n%s\n' "${*:2}" "$1" "$printed" >&2; exit 1 ;;
	esac
}

# same WHAT fails unless the files on standard input are those of the deb.
same() {
	sort | diff - expected >differs || { printf '%s: other files than the deb\n' "$1" >&2; cat differs >&2; exit 1; }
	echo "ok: $1 has the files of the deb"
}

# zsh's own folder is not Debian's.
dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -v '/$' | sed 's,^\.,,; s,/zsh/vendor-completions/,/zsh/site-functions/,' | sort >expected
if command -v rpm >/dev/null; then rpm -qpl "$rpm" | same rpm; fi
tar --warning=no-unknown-keyword -tzf "$apk" | sed -n '/^usr.*[^\/]$/s,^,/,p' | same apk

dpkg --path-include='/usr/share/*' -i "$deb" # images of containers often leave pages and licences out
dpkg -L attrmigrate | while read -r path; do if [ ! -d "$path" ]; then echo "$path"; fi; done >files
if xargs stat -c '%a %U:%G %n' <files | grep -v -e '^644 root:root ' -e '^755 root:root /usr/bin/'; then
	echo "not everybody can read these, or somebody may write them" >&2
	exit 1
fi
says /usr/bin/attrmigrate command -v attrmigrate
says "attrmigrate $2 (" attrmigrate --version
says 'one-time migrations' attrmigrate --help
if command -v man >/dev/null; then
	says /usr/share/man/man1/attrmigrate-apply.1 man -w attrmigrate-apply
	says 'attrmigrate apply' env MANPAGER=cat man -l /usr/share/man/man1/attrmigrate-apply.1
fi
# shellcheck disable=SC2016 # bash -c expands it
says -F\ __start_attrmigrate bash -c 'source /usr/share/bash-completion/completions/attrmigrate; complete -p attrmigrate'
for shell in zsh fish; do
	completion=$(grep -E "/_?attrmigrate(\.fish)?$" files | grep "/$shell/")
	if command -v "$shell" >/dev/null; then says '' "$shell" -n "$completion"; fi
done
says apply attrmigrate __complete app
says Apache cat /usr/share/doc/attrmigrate/copyright
says github.com/aws/aws-sdk-go-v2 cat /usr/share/doc/attrmigrate/NOTICES
printf 'username,custom:tier\nuser-1,gold\nuser-2,silver\n' >tiers.csv
says '2 updated, 0 failed' attrmigrate apply --sandbox --yes --progress none tiers.csv

dpkg --purge attrmigrate
left=$(while read -r path; do if [ -e "$path" ]; then echo "$path"; fi; done <files
	find /etc /usr/bin /usr/share /var/lib/dpkg -name '*attrmigrate*')
if [ -n "$left" ]; then printf 'left behind:\n%s\n' "$left" >&2; exit 1; fi
echo "ok: $(wc -l <files) files were installed, and none is left"
