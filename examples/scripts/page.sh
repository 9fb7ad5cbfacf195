#!/bin/sh
# Runs a command and pages when it fails; when it works again, the incident resolves.
#   page.sh nightly-import ./import.sh --all
# ROUSE_INGEST is such as http://127.0.0.1:8420/ingest/scripts; ROUSE_SCRIPTS is the integration's token.
set -u
key=$1
shift
send() { curl -fsS --retry 5 --retry-all-errors -H "Authorization: Bearer $ROUSE_SCRIPTS" "$@" "$ROUSE_INGEST" >/dev/null; }

"$@"
status=$?
if [ "$status" -eq 0 ]; then
  send --data-urlencode "key=$key" -d status=resolved
else
  send --data-urlencode "key=$key" --data-urlencode "title=$key failed with status $status on $(uname -n)" \
    --data-urlencode "check=$key" -d severity=error
fi
exit "$status"
