#!/bin/sh
# Installs what the tests need and runs them all. Arguments go to `dotnet test`:
#   ./test.sh --filter "FullyQualifiedName~ControlPlane"
set -eu
cd "$(dirname "$0")"

case " $* " in *" --help "* | *" -h "*)
    sed -n '2,3s/^# //p' "$0"
    exit 0
    ;;
esac

if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

scripts/ensure-tools.sh postgres redis node chromium

# A newer Node.js, where the machine's own was too old.
export PATH="$PWD/.tools/node/node_modules/.bin:$PATH"

# The tests start the plain-process backend, whatever this machine has.
export Orchestrator=embedded

results=.artifacts/tests
rm -rf "$results"
dotnet build NextLayer.sln --nologo --verbosity quiet

status=0
# The client's own tests; the build above fetched its packages.
npm --prefix NextLayer.Dashboard/client run --silent test || status=$?
# A test that hangs is named, and ends the run, once no other has ended for ten minutes.
dotnet test NextLayer.Tests --no-build --nologo \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=results.trx" \
    --results-directory "$results" --settings NextLayer.Tests/coverage.runsettings \
    --collect "XPlat Code Coverage" \
    --blame-hang-timeout 10min --blame-hang-dump-type none "$@" || status=$?
# What was cut off leaves the process of the tests behind, and that its servers.
[ "$status" -eq 0 ] || pkill -KILL -f "^$PWD/NextLayer\.Tests/bin/.*/NextLayer\.Tests @@" || true

scripts/coverage.sh "$results"
exit $status
