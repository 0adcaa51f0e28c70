# Shared by ./try and ./check: one virtual environment with the locked dependencies.
ENVIRONMENT=.venv

fail() {
  echo "$1" >&2
  exit 1
}

find_python() {
  for candidate in python3 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Usher needs Python 3.11 or newer, and none was found on the PATH."
}

# make_environment base|test: installs only when the lock or the project file has changed.
make_environment() {
  if [ ! -x "$ENVIRONMENT/bin/python" ]; then
    python=$(find_python)
    echo "Making an environment in $ENVIRONMENT"
    "$python" -m venv "$ENVIRONMENT" || fail "The environment could not be made; is python3-venv installed?"
  fi
  wanted=$(cat "requirements/$1.lock" pyproject.toml | cksum)
  stamp=$ENVIRONMENT/installed-$1
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing the locked dependencies ($1)"
    "$ENVIRONMENT/bin/python" -m pip install --quiet --disable-pip-version-check \
      --require-hashes -r "requirements/$1.lock" \
      || fail "The dependencies could not be installed; is a Python package index reachable?"
    "$ENVIRONMENT/bin/python" -m pip install --quiet --disable-pip-version-check \
      --no-deps --no-build-isolation --editable . \
      || fail "Usher itself could not be installed into $ENVIRONMENT."
    echo "$wanted" > "$stamp"
  fi
}

# For tests only, where npm is: another renderer of blocks, and the rules of accessibility.
install_second_opinions() {
  if [ -d tests/browser/oracle/node_modules ] || ! command -v npm >/dev/null; then
    return
  fi
  echo "Installing another renderer and the rules of accessibility"
  (cd tests/browser/oracle && npm ci --ignore-scripts --silent) \
    || echo "They could not be installed, so the tests with them are left out." >&2
}

install_browser() {
  install_second_opinions
  if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    return
  fi
  echo "Installing Chromium"
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq chromium fonts-noto-color-emoji >/dev/null \
      || fail "Chromium could not be installed with apt-get."
  else
    "$ENVIRONMENT/bin/python" -m playwright install chromium \
      || fail "Chromium could not be downloaded; install it and run ./check again."
  fi
}
