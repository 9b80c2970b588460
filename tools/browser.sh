#!/bin/sh
# Debian's Chromium, for the tests of the playground. Installed when it is missing and we are root;
# otherwise those tests are skipped, and this says in one line how not to.
set -eu
command -v chromium >/dev/null || command -v chromium-browser >/dev/null && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium for the tests of the playground"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "no browser: the tests of the playground are skipped (Debian: apt-get install chromium)" >&2
