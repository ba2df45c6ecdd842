#!/bin/sh
# Starts NextLayer, installing first what this machine lacks. Options go to the AppHost: ./start.sh --help
set -eu
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

# Under Aspire, containers bring the servers.
case $(dotnet msbuild NextLayer.AppHost/Orchestrator.props -getProperty:Orchestrator) in
    aspire) servers= ;;
    *) servers="postgres redis" ;;
esac

# --help installs nothing.
case " $* " in
    *" --help "* | *" -h "*) ;;
    # shellcheck disable=SC2086 # one word per tool
    *) scripts/ensure-tools.sh $servers node ;;
esac

# A newer Node.js, where the machine's own was too old.
export PATH="$PWD/.tools/node/node_modules/.bin:$PATH"

exec dotnet run --project NextLayer.AppHost -- "$@"
