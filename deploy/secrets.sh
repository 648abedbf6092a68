#!/usr/bin/env bash
# Writes LOKET_SECRET and RABBITMQ_PASSWORD to deploy/.env, where docker compose finds them. Safe to repeat: what is
# there stays, since another LOKET_SECRET breaks the links of later messages, and RabbitMQ takes a password at its first start alone.
set -euo pipefail
umask 077
file=${1:-"$(dirname "$0")/.env"}

touch "$file"
chmod 600 "$file"
[ -z "$(tail -c 1 "$file")" ] || echo >>"$file"  # the last line may lack its end
generate() {  # NAME BYTES
    if grep -q "^$1=." "$file"; then
        echo "$1 is in $file already, and stays as it is"
    else
        sed -i "/^$1=$/d" "$file"
        echo "$1=$(od -An -v -tx1 -N "$2" /dev/urandom | tr -d ' \n')" >>"$file"
        echo "$1 is new, in $file"
    fi
}
generate LOKET_SECRET 32
generate RABBITMQ_PASSWORD 24
