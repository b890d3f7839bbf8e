#!/bin/bash
# Trains every system on the bundled digits for a few epochs and writes what came out to
# Benchmarks/results/systems-digits: NAME.jsonl is a run's metrics.jsonl, README.md the table of all of them.
#
#   Benchmarks/systems.sh [NAME…]      all, or the runs of these names
#
# LSN is the program (default: the release build), RUNS the folder of the runs (default: runs/systems-digits). A run that
# is finished is not run again, one that was stopped is continued.
set -euo pipefail
cd "$(dirname "$0")/.."
lsn=${LSN:-.build/release/lsn}
runs=${RUNS:-runs/systems-digits}
results=Benchmarks/results/systems-digits
mkdir -p "$runs" "$results"

# name | options of lsn train
rows=$(sed -e '/^#/d' -e '/^$/d' Benchmarks/systems.txt)

finished() { # folder: whether as many epochs are recorded as were asked for
    [ -f "$1/metrics.jsonl" ] || return 1
    local epochs
    epochs=$(sed -n 's/.*"epochs" : \([0-9]*\).*/\1/p' "$1/config.json")
    [ "$(wc -l < "$1/metrics.jsonl")" -ge "$epochs" ]
}

value() { # key, line of metrics
    sed -n "s/.*\"$1\": \([^,}]*\).*/\1/p" <<< "$2"
}

percent() { # share
    awk -v share="$1" 'BEGIN { print 100 * share }'
}

while IFS='|' read -r name options; do
    name=$(xargs <<< "$name")
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    folder="$runs/$name"
    if ! finished "$folder"; then
        echo "== $name:$options"
        if [ -f "$folder/checkpoint-last.safetensors" ]; then
            "$lsn" train --resume "$folder" || echo "$name failed with code $?"
        else
            rm -rf "$folder"
            # shellcheck disable=SC2086
            "$lsn" train $options --output "$folder" || echo "$name failed with code $?"
        fi
    fi
    if [ -f "$folder/metrics.jsonl" ]; then cp "$folder/metrics.jsonl" "$results/$name.jsonl"; fi
done <<< "$rows"

{
    cat Benchmarks/systems-head.txt
    echo '| run | `lsn train` … | epochs | test accuracy, last epoch | best |'
    echo '|---|---|---|---|---|'
    while IFS='|' read -r name options; do
        name=$(xargs <<< "$name")
        file="$results/$name.jsonl"
        [ -f "$file" ] || continue
        last=$(tail -n 1 "$file")
        best=$(sed -n 's/.*"test_accuracy": \([^,}]*\).*/\1/p' "$file" | sort -g | tail -n 1)
        LC_ALL=C printf '| [%s](%s.jsonl) | `%s` | %s | %.1f %% | %.1f %% |\n' "$name" "$name" "$(xargs <<< "$options")" \
            "$(value epoch "$last")" "$(percent "$(value test_accuracy "$last")")" "$(percent "$best")"
    done <<< "$rows"
    cat Benchmarks/systems-tail.txt
} > "$results/README.md"
