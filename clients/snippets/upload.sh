#!/bin/sh
# Uploads a photo with curl and jq: upload.sh ENDPOINT PHOTO
set -eu
endpoint=$1 photo=$2

# 1. Request an upload. The response says where and how to send the file.
upload=$(curl -sS --fail-with-body "$endpoint/v1/uploads" -H 'content-type: application/json' \
    -d "{\"profile\": \"avatar\", \"owner\": \"u123\", \"size\": $(wc -c <"$photo")}")

# 2. Send the file, with every header of the response.
echo "$upload" | jq -r '.headers | to_entries[] | "\(.key): \(.value)"' |
    curl -sS --fail-with-body -X PUT --data-binary "@$photo" -H @- "$(echo "$upload" | jq -r .url)"

# 3. Wait for the outcome.
while :; do
    outcome=$(curl -sS --fail-with-body "$endpoint$(echo "$upload" | jq -r .status_url)?wait=25")
    case $(echo "$outcome" | jq -r .status) in
    ready) echo "$outcome" | jq -r '.variants[] | select(.name == "thumb") | .url' && exit ;;
    awaiting_upload | processing) ;;
    *) echo "$outcome" | jq -c '.error // .status' >&2 && exit 1 ;;
    esac
done
