#!/usr/bin/env bash
# Makes deploy/secrets, a file for each secret, as compose.yaml mounts them into the containers:
#   deploy/secrets.sh [FOLDER]
# Safe to repeat: what is there stays, since another LOKET_SECRET breaks the links of later messages, and RabbitMQ takes a
# password at its first start alone. LOKET_SECRET and RABBITMQ_PASSWORD of an earlier deploy/.env are taken over.
set -euo pipefail
here=$(dirname "$0")
folder=${1:-$here/secrets}
umask 077
mkdir -p "$folder"
chmod 700 "$folder"  # keeps the other users of this machine out; each file is readable by the user in its container

random() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }  # BYTES
add() {  # NAME VALUE
    [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
    chmod 444 "$folder/$1"
}
earlier() {  # NAME OTHERWISE
    local found=
    [ ! -f "$here/.env" ] || found=$(sed -n "s/^$1=//p" "$here/.env" | tail -n 1)
    printf '%s' "${found:-$2}"
}

add loket_secret "$(earlier LOKET_SECRET "$(random 32)")"
add rabbitmq_password "$(earlier RABBITMQ_PASSWORD "$(random 24)")"
password=$(cat "$folder/rabbitmq_password")
add rabbitmq.conf "default_user = loket
default_pass = $password
"
add amqp_uri "pyamqp://loket:$password@broker:5672//"
add mongo_uri "mongodb://mongodb:27017/?replicaSet=loket"
# the next two are for compose.replicated.yaml
add mongo_uri_replicated "mongodb://mongodb:27017,mongodb-2:27017,mongodb-3:27017/?replicaSet=loket"
add erlang_cookie "$(random 32)"
for name in oidc_client_secret smtp_password cm_product_token cm_receipt_key sms_http_headers sms_http_receipt_secret \
    smpp_password spryng_key spryng_receipt_key twilio_token loket_secret_fallbacks loket_pseudonym_secret; do
    add "$name" ""
done
echo "The secrets are in $folder; store a copy elsewhere."
