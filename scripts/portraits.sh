#!/bin/sh
# From a folder of aligned faces to a model that restores them, at 128 px: prior, restoration, and if you have
# faces of your own, fine-tuning. About three hours on two cores; started again, it goes on where it was stopped.
#   scripts/portraits.sh FACES [OWN_FACES]
# Settings of every stage in SETTINGS, as SETTINGS="seed=1 data.num_workers=4"; the runs are in RUNS, or runs.
set -eu
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
faces=$1 own=${2:-} runs=${RUNS:-runs}

train() {
    experiment=$1
    shift
    # shellcheck disable=SC2086  # several settings, by their spaces
    gpen train experiment="$experiment" resume=true "$@" ${SETTINGS:-}
}

train prior_portraits data.root="$faces" run_dir="$runs/prior_portraits"
train portraits_128 data.root="$faces" init_from="$runs/prior_portraits" run_dir="$runs/portraits_128"
if [ -n "$own" ]; then
    train finetune model=portraits_128 images=20000 optimizer.warmup=2000 data.root="$own" \
        init_from="$runs/portraits_128" run_dir="$runs/own_128"
fi
