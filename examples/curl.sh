#!/bin/sh
# An agency publishes its first event over HTTP: signed by agency_client.py, sent by curl, answered with its outcome.
# Usage: curl.sh API API_KEY_FILE LEDGER AGENCY KID KEY_FILE      exit code 0: admitted. PYTHON names the interpreter.
set -eu
[ $# -eq 6 ] || { sed -n 's/^# Usage: /usage: /p' "$0" >&2; exit 2; }

signed=$("${PYTHON:-python3}" "$(dirname "$0")/agency_client.py" --print \
    --ledger "$3" --agency "$4" --kid "$5" --key-file "$6")

# The API key goes to curl by its standard input: what stands in an argument, every user of the machine can read.
printf 'header = "Authorization: Bearer %s"\n' "$(cat "$2")" |
    curl --config - --silent --show-error --fail-with-body \
        --header 'Content-Type: application/jose' --data-binary "$signed" "$1/v1/submissions"
