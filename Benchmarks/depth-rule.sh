#!/usr/bin/env bash
# Makes the records that put the defaults by depth to the test: each line of depth-rule.txt, or those named, by
# Scripts/run-experiment. What is done is kept, what was stopped is continued.
#
#   Benchmarks/depth-rule.sh [NAME…]
#
# LSN is the program (default: the release build).
set -euo pipefail
cd "$(dirname "$0")/.."
lsn=${LSN:-.build/release/lsn}

grep -v -e "^#" -e "^$" Benchmarks/depth-rule.txt | while IFS="|" read -r name experiment options; do
    name=$(xargs <<< "$name")
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    # shellcheck disable=SC2086
    Scripts/run-experiment "$lsn" "$(xargs <<< "$experiment"):depth-rule/$name" $options < /dev/null
done
