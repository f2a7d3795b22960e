#!/usr/bin/env bash
# Builds, runs, tests, measures and packs Mesh. Needs the .NET 10 SDK; installs nothing and needs no root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

usage() {
    cat <<'TEXT'
usage: ./build.sh [verb] [options] [-- arguments for what the verb starts]

verbs
  build     build everything (the default)
  run       build Mesh and start the Shop inside it
  test      build and run every test that this machine can run
  soak      the long tests: minutes of load, rotation and open connections
  fuzz      random inputs for every parser that reads from the network or from users; ./build.sh fuzz MINUTES (default 10)
  starts    an AppHost with the mesh, started a hundred times; needs the Aspire packages and the Aspire CLI
  bench     measure the sidecar pair side by side with haproxy and nginx; writes bench/results/*.md
  pack      NuGet packages into artifacts/package
  clean     remove artifacts/

options
  --require-aspire   fail where the Aspire packages are not found, instead of going on with the core
  --portable         do not compile the proxy and the control plane ahead of time
  --ready-to-run     native code beside the IL instead of the native proxy: what packages hold for other systems than this one
TEXT
}

verb=build
require_aspire=false
portable=false
ready_to_run=false
minutes=10
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
        build|run|test|soak|fuzz|starts|bench|pack|clean) verb=$1 ;;
        [0-9]*) [ "$verb" = fuzz ] || { echo "build.sh: unknown argument '$1'" >&2; exit 64; }; minutes=$1 ;;
        --require-aspire) require_aspire=true ;;
        --portable) portable=true ;;
        --ready-to-run) ready_to_run=true ;;
        --) shift; arguments=("$@"); break ;;
        -h|--help) usage; exit 0 ;;
        *) echo "build.sh: unknown argument '$1'" >&2; usage >&2; exit 64 ;;
    esac
    shift
done

say() { printf '%s\n' "build.sh: $*"; }
left_out() { printf '%s\n' "build.sh: LEFT OUT: $1. To have it: $2"; }

core_only=""   # why, where the Aspire packages are not found
finish() {
    if [ -n "$core_only" ]; then
        echo "CORE ONLY: $core_only"
    fi
}

if ! command -v dotnet >/dev/null; then
    echo "build.sh: the .NET SDK is missing. Install .NET 10: https://dot.net/download" >&2
    exit 69
fi

# Restores the whole solution. Only "package Aspire.* not found" may fall back to the core: a source that cannot be
# reached, or anything else that is wrong, has to be seen.
solution=Mesh.sln
restore() {
    local log=artifacts/restore.log
    mkdir -p artifacts
    if dotnet restore Mesh.sln -v quiet >"$log" 2>&1; then
        return 0
    fi
    if [ "$require_aspire" = true ] || ! only_aspire_is_missing "$log"; then
        cat "$log" >&2
        exit 1
    fi
    core_only="the package source has no $(missing_packages "$log"); Mesh.Hosting and what needs it were not built. With a complete NuGet source ./build.sh builds all."
    say "$core_only Going on with Mesh.Core.slnf."
    solution=Mesh.Core.slnf
    dotnet restore Mesh.Core.slnf -v quiet
}

only_aspire_is_missing() {
    local errors
    errors=$(grep -E 'error [A-Z]+[0-9]+' "$1" || true)
    [ -n "$errors" ] && ! grep -vE 'error NU110[12]: Unable to find package Aspire\.' <<<"$errors" | grep -q .
}

missing_packages() {
    grep -oE 'Unable to find package Aspire\.[A-Za-z.]+' "$1" | awk '{print $NF}' | sed 's/\.$//' | sort -u | paste -sd, - | sed 's/,/, /g'
}

build() {
    restore
    dotnet build "$solution" -c Release --no-restore -v quiet
}

# The compiler that native AOT needs: a C driver and zlib to link with.
can_compile_ahead() {
    [ "$portable" = false ] && [ "$ready_to_run" = false ] || return 1
    case "$(uname -s)" in Linux|Darwin) ;; *) return 1 ;; esac
    local driver probe linked=1
    driver=$(command -v clang || command -v gcc) || return 1
    probe=$(mktemp -d)
    echo 'int main(void) { return 0; }' >"$probe/probe.c"
    "$driver" "$probe/probe.c" -o "$probe/probe" -lz >/dev/null 2>&1 && linked=0
    rm -rf "$probe"
    return $linked
}

# The systems that packages hold compiled programs for. Their code needs no tools of theirs.
systems=(linux-x64 linux-arm64 win-x64 win-arm64 osx-x64 osx-arm64)

# publish_ready PROGRAM RID FOLDER: with native code beside the IL; fails where the compiler for that is not to be had.
publish_ready() {
    dotnet publish "src/$1" -c Release -r "$2" -p:PublishReadyToRun=true -p:UseAppHost=false -v quiet -o "$3" >artifacts/ready-to-run.log 2>&1
}

# artifacts/mesh: the command line with control plane and proxy beside it, as a user gets them.
layout() {
    dotnet publish src/Mesh.Cli -c Release --no-restore -v quiet -o artifacts/mesh
    local rid
    rid=$(dotnet msbuild src/Mesh.Proxy -getProperty:NETCoreSdkPortableRuntimeIdentifier)
    rm -rf artifacts/mesh/control-plane artifacts/mesh/proxy
    if [ "$portable" = true ] || ! publish_ready Mesh.ControlPlane "$rid" artifacts/mesh/control-plane; then
        [ "$portable" = true ] || left_out "native code in the control plane (its start costs a quarter more processor time; artifacts/ready-to-run.log says why)" "a NuGet source with Microsoft.NETCore.App.Crossgen2.$rid"
        dotnet publish src/Mesh.ControlPlane -c Release --no-restore -v quiet -o artifacts/mesh/control-plane
    fi
    if can_compile_ahead; then
        say "compiling the proxy ahead of time (about a minute)"
        dotnet publish src/Mesh.Proxy -c Release -r "$rid" -p:PublishAot=true -v quiet -o artifacts/mesh/proxy
        return
    fi
    if [ "$portable" = false ] && [ "$ready_to_run" = false ]; then
        left_out "the ahead-of-time build of the proxy (slower start, more memory)" "apt-get install clang zlib1g-dev (or your system's equivalent)"
    fi
    if [ "$portable" = true ] || ! publish_ready Mesh.Proxy "$rid" artifacts/mesh/proxy; then
        [ "$portable" = true ] || left_out "native code in the proxy, the portable one is used (its start costs two thirds more; artifacts/ready-to-run.log says why)" "a NuGet source with Microsoft.NETCore.App.Crossgen2.$rid"
        dotnet publish src/Mesh.Proxy -c Release --no-restore -p:PublishAot=false -v quiet -o artifacts/mesh/proxy
    fi
}

# artifacts/programs: control plane and proxy for each system, for the packages.
programs() {
    rm -rf artifacts/programs
    [ "$portable" = false ] || return 0
    local rid
    for rid in "${systems[@]}"; do
        say "compiling control plane and proxy for $rid"
        if ! publish_ready Mesh.ControlPlane "$rid" "artifacts/programs/$rid" || ! publish_ready Mesh.Proxy "$rid" "artifacts/programs/$rid"; then
            left_out "compiled programs for $rid, the portable ones serve (artifacts/ready-to-run.log says why)" "a NuGet source with Microsoft.NETCore.App.Crossgen2 and the runtime packages for $rid"
            rm -rf "artifacts/programs/$rid"
        fi
    done
}

has_postgres() {
    command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

# Orchestrator and dashboard for AppHosts: what the Aspire CLI unpacks, or what ASPIRE_DCP_PATH names.
has_aspire_bundle() {
    [ -d "${ASPIRE_DCP_PATH:-${ASPIRE_HOME:-$HOME/.aspire}/bundle/dcp}" ]
}

mention_what_is_missing() {
    [ -n "$core_only" ] || has_aspire_bundle || left_out "starting AppHosts (their tests, the templates' tests)" "install the Aspire CLI (npm install -g @microsoft/aspire-cli-linux-x64, or your system's) and run 'aspire setup'"
    has_postgres || left_out "PostgreSQL behind the Shop, orders stay in memory" "apt-get install postgresql (or your system's equivalent)"
    command -v node >/dev/null || left_out "the Shop's payments service" "install Node.js 20 or later"
}

run_tests() { # run_tests ARGUMENTS...: runs, and ends with one line of totals
    local log=artifacts/test.log status=0
    # 8: a project none of whose tests was asked for.
    dotnet test --solution "$solution" -c Release --no-build --no-progress --ignore-exit-code 8 "$@" 2>&1 | tee "$log" || status=$?
    local passed failed skipped
    passed=$(awk '/^ *succeeded: /{n=$2} END{print n+0}' "$log")
    failed=$(awk '/^ *failed: /{n=$2} END{print n+0}' "$log")
    skipped=$(awk '/^ *skipped: /{n=$2} END{print n+0}' "$log")
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1 # a test process that died reports nothing
    fi
    finish
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

case "$verb" in
    build)
        build
        finish
        ;;
    run)
        build
        layout
        mention_what_is_missing
        finish
        exec artifacts/mesh/mesh up playground/Shop/mesh.yaml ${arguments[@]+"${arguments[@]}"}
        ;;
    test)
        build
        layout
        mention_what_is_missing
        run_tests ${arguments[@]+"${arguments[@]}"}
        ;;
    soak)
        build
        layout
        MESH_SOAK=1 run_tests --filter-trait "Kind=Soak" ${arguments[@]+"${arguments[@]}"}
        ;;
    fuzz)
        # One project and what it needs: nothing of Aspire.
        dotnet build tests/Mesh.Hostile.Tests -c Release -v quiet
        MESH_FUZZ_MINUTES=$minutes dotnet artifacts/bin/Mesh.Hostile.Tests/release/Mesh.Hostile.Tests.dll -trait Kind=Fuzz -parallel none -showLiveOutput ${arguments[@]+"${arguments[@]}"}
        ;;
    starts)
        require_aspire=true
        build
        layout
        artifacts/bin/Mesh.Hosting.Benchmarks/release/mesh-hosting-bench starts --services 3 --count 100 ${arguments[@]+"${arguments[@]}"}
        artifacts/bin/Mesh.Hosting.Benchmarks/release/mesh-hosting-bench starts --services 20 --replicas 2 --count 1
        ;;
    bench)
        build
        layout
        for tool in haproxy nginx wrk; do
            command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || left_out "the comparison with $tool" "apt-get install $tool (or your system's equivalent)"
        done
        dotnet artifacts/bin/Mesh.Benchmarks/release/mesh-bench.dll side-by-side ${arguments[@]+"${arguments[@]}"}
        if [ -z "$core_only" ] && has_aspire_bundle; then
            artifacts/bin/Mesh.Hosting.Benchmarks/release/mesh-hosting-bench start-up
        fi
        finish
        ;;
    pack)
        build
        layout
        programs
        rm -rf artifacts/package artifacts/obj/programs
        dotnet pack "$solution" -c Release --no-build -v quiet
        say "packages, as a folder feed: artifacts/package/release"
        finish
        ;;
    clean)
        rm -rf artifacts
        ;;
esac
