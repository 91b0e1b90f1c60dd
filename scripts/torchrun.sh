#!/usr/bin/env bash
# gpen train on every GPU of this machine. When a process dies, all start again from the last checkpoint.
#
#   scripts/torchrun.sh experiment=bfr_512 init_from=runs/prior_512 data.root=data/ffhq run_dir=runs/bfr_512
#
# On several machines: run it on each, with the number of machines, an address of one of them that all can
# reach, and a run_dir that all of them see.
#
#   NODES=2 HEAD=node0:29500 scripts/torchrun.sh experiment=bfr_512 init_from=runs/prior_512 data.root=/data/ffhq run_dir=/runs/bfr_512
set -euo pipefail

# Without this the processes of a restart find the addresses of the dead ones in the agent's store.
export TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1

exec torchrun \
    --nnodes "${NODES:-1}" \
    --nproc-per-node "${PROCESSES:-gpu}" \
    --rdzv-backend c10d \
    --rdzv-endpoint "${HEAD:-127.0.0.1:0}" \
    --rdzv-id "${RUN_ID:-gpen}" \
    --max-restarts "${RESTARTS:-3}" \
    -m gpen_train train "$@" resume=true
