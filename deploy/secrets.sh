#!/usr/bin/env bash
# Makes deploy/secrets, a file for each secret, as compose.yaml mounts them into the containers:
#   deploy/secrets.sh [FOLDER]
# Safe to repeat: what is there stays, since another LOKET_SECRET breaks the links of later messages, and RabbitMQ takes a
# password at its first start alone. LOKET_SECRET and RABBITMQ_PASSWORD of an earlier deploy/.env are taken over. The users
# and permissions of the broker are written again each time, since they can change with a release.
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
password_in() { sed 's/.*:\([^:@]*\)@.*/\1/' "$folder/$1"; }  # NAME, of a file with an address
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
# of administrators; members of the replica set log in to each other as __system
add amqp_uri "pyamqp://loket:$password@broker:5672//"
add mongodb_key "$(random 48)"
add mongo_internal_uri "mongodb://__system:$(cat "$folder/mongodb_key")@mongodb:27017/?replicaSet=loket&authSource=local"
# of one user for each service; those that end in _replicated are for compose.replicated.yaml
members=mongodb:27017,mongodb-2:27017,mongodb-3:27017
filled=(-e "s/@loket@/$(printf '%s' "$password" | sed 's/[\\/&]/\\&/g')/")
for service in booking notification reporting gateway; do
    add "amqp_uri_$service" "pyamqp://loket-$service:$(random 24)@broker:5672//"
    filled+=(-e "s/@loket-$service@/$(password_in "amqp_uri_$service")/")
done
for service in booking notification reporting gateway backup; do
    add "mongo_uri_$service" "mongodb://loket-$service:$(random 24)@mongodb:27017/?replicaSet=loket"
    add "mongo_uri_${service}_replicated" \
        "mongodb://loket-$service:$(password_in "mongo_uri_$service")@$members/?replicaSet=loket"
done
rm -f "$folder/rabbitmq_definitions"
add rabbitmq_definitions "$(sed "${filled[@]}" "$here/rabbitmq/definitions.json")"
add erlang_cookie "$(random 32)"
for name in oidc_client_secret installation_key smtp_password cm_product_token cm_receipt_key sms_http_headers \
    sms_http_receipt_secret smpp_password spryng_key spryng_receipt_key twilio_token loket_secret_fallbacks loket_feed_secret \
    loket_pseudonym_secret; do
    add "$name" ""
done
echo "The secrets are in $folder; store a copy elsewhere."
