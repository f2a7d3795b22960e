#!/usr/bin/env bash
# Puts the official protos where the tests look for them: artifacts/official-protos/node_modules. Needs node and npm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/../../../artifacts/official-protos
mkdir -p "$target"
cp "$here/package.json" "$target/package.json"
cd "$target"
npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
