#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds, runs, tests, measures and packs Mesh. Needs the .NET 10 SDK; installs nothing and needs no administrator.
.PARAMETER Verb
build (the default), run, test, soak, fuzz (with a number of minutes behind it), starts, bench, pack or clean.
.PARAMETER RequireAspire
Fail where the Aspire packages are not found, instead of going on with the core.
.PARAMETER Portable
Do not compile the proxy and the control plane ahead of time.
.PARAMETER ReadyToRun
Native code beside the IL instead of the native proxy: what packages hold for other systems than this one.
#>
param(
    [ValidateSet('build', 'run', 'test', 'soak', 'fuzz', 'starts', 'bench', 'pack', 'clean')]
    [string] $Verb = 'build',
    [switch] $RequireAspire,
    [switch] $Portable,
    [switch] $ReadyToRun,
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Rest = @()
)

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

$script:Solution = 'Mesh.sln'
$script:CoreOnly = $null

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Clear-Folder([string] $Folder) {
    if (Test-Path $Folder) { Remove-Item -Recurse -Force $Folder }
}

function Complete-Build {
    if ($script:CoreOnly) { "CORE ONLY: $script:CoreOnly" }
}

# Only "package Aspire.* not found" may fall back to the core: anything else that is wrong has to be seen.
function Restore-Solution {
    $log = & dotnet restore Mesh.sln -v quiet 2>&1 | ForEach-Object { "$_" }
    if ($LASTEXITCODE -eq 0) { return }
    $errors = @($log | Where-Object { $_ -match 'error [A-Z]+\d+' })
    $others = @($errors | Where-Object { $_ -notmatch 'error NU110[12]: Unable to find package Aspire\.' })
    if ($RequireAspire -or $errors.Count -eq 0 -or $others.Count -gt 0) {
        $log | Write-Output
        exit 1
    }
    $missing = $errors | ForEach-Object { [regex]::Match($_, 'Unable to find package (Aspire\.[A-Za-z.]+[A-Za-z])').Groups[1].Value } | Sort-Object -Unique
    $script:CoreOnly = "the package source has no $($missing -join ', '); Mesh.Hosting and what needs it were not built. With a complete NuGet source build.ps1 builds all."
    Write-Host "build.ps1: $script:CoreOnly Going on with Mesh.Core.slnf."
    $script:Solution = 'Mesh.Core.slnf'
    Invoke-Dotnet restore Mesh.Core.slnf -v quiet
}

function Build-Solution {
    Restore-Solution
    Invoke-Dotnet build $script:Solution -c Release --no-restore -v quiet
}

# Orchestrator and dashboard for AppHosts: what the Aspire CLI unpacks, or what ASPIRE_DCP_PATH names.
function Write-Missing {
    $aspire = if ($env:ASPIRE_HOME) { $env:ASPIRE_HOME } else { Join-Path $HOME '.aspire' }
    $dcp = if ($env:ASPIRE_DCP_PATH) { $env:ASPIRE_DCP_PATH } else { Join-Path $aspire 'bundle/dcp' }
    if (-not $script:CoreOnly -and -not (Test-Path $dcp)) {
        Write-Host "build.ps1: LEFT OUT: starting AppHosts (their tests, the templates' tests). To have it: install the Aspire CLI (npm install -g @microsoft/aspire-cli-win32-x64, or your system's) and run 'aspire setup'"
    }
}

# With native code beside the IL; $false where the compiler for that is not to be had.
function Publish-Ready([string] $Program, [string] $Rid, [string] $Folder) {
    # Quoted: unquoted, PowerShell takes -p: for a parameter of the function and splits it from its value.
    & dotnet publish "src/$Program" -c Release -r $Rid '-p:PublishReadyToRun=true' '-p:UseAppHost=false' -v quiet -o $Folder *> artifacts/ready-to-run.log
    return $LASTEXITCODE -eq 0
}

# artifacts/mesh: the command line with control plane and proxy beside it, as a user gets them.
function Publish-Layout {
    Invoke-Dotnet publish src/Mesh.Cli -c Release --no-restore -v quiet -o artifacts/mesh
    $rid = & dotnet msbuild src/Mesh.Proxy '-getProperty:NETCoreSdkPortableRuntimeIdentifier'
    $cure = "To have it: a NuGet source with Microsoft.NETCore.App.Crossgen2.$rid"
    Clear-Folder artifacts/mesh/control-plane
    if ($Portable -or -not (Publish-Ready Mesh.ControlPlane $rid artifacts/mesh/control-plane)) {
        if (-not $Portable) { Write-Host "build.ps1: LEFT OUT: native code in the control plane (its start costs a quarter more processor time; artifacts/ready-to-run.log says why). $cure" }
        Invoke-Dotnet publish src/Mesh.ControlPlane -c Release --no-restore -v quiet -o artifacts/mesh/control-plane
    }
    Clear-Folder artifacts/mesh/proxy
    if (-not $Portable -and -not $ReadyToRun -and ($IsLinux -or $IsMacOS) -and (Get-Command clang -ErrorAction SilentlyContinue)) {
        Invoke-Dotnet publish src/Mesh.Proxy -c Release -r $rid '-p:PublishAot=true' -v quiet -o artifacts/mesh/proxy
    }
    elseif ($Portable -or -not (Publish-Ready Mesh.Proxy $rid artifacts/mesh/proxy)) {
        if (-not $Portable) { Write-Host "build.ps1: LEFT OUT: native code in the proxy, the portable one is used (its start costs two thirds more; artifacts/ready-to-run.log says why). $cure" }
        Invoke-Dotnet publish src/Mesh.Proxy -c Release --no-restore '-p:PublishAot=false' -v quiet -o artifacts/mesh/proxy
    }
}

# artifacts/programs: control plane and proxy for each system that packages hold compiled programs for. Their code needs no tools of theirs.
function Publish-Programs {
    Clear-Folder artifacts/programs
    if ($Portable) { return }
    foreach ($rid in 'linux-x64', 'linux-arm64', 'win-x64', 'win-arm64', 'osx-x64', 'osx-arm64') {
        Write-Host "build.ps1: compiling control plane and proxy for $rid"
        if (-not (Publish-Ready Mesh.ControlPlane $rid "artifacts/programs/$rid") -or -not (Publish-Ready Mesh.Proxy $rid "artifacts/programs/$rid")) {
            Write-Host "build.ps1: LEFT OUT: compiled programs for $rid, the portable ones serve (artifacts/ready-to-run.log says why). To have it: a NuGet source with Microsoft.NETCore.App.Crossgen2 and the runtime packages for $rid"
            Clear-Folder "artifacts/programs/$rid"
        }
    }
}

switch ($Verb) {
    'build' { Build-Solution; Complete-Build }
    'run' {
        Build-Solution
        Publish-Layout
        Complete-Build
        & dotnet artifacts/mesh/mesh.dll up playground/Shop/mesh.yaml @Rest
        exit $LASTEXITCODE
    }
    'test' {
        Build-Solution
        Publish-Layout
        Write-Missing
        # 8: a project none of whose tests was asked for.
        & dotnet test --solution $script:Solution -c Release --no-build --no-progress --ignore-exit-code 8 @Rest
        $status = $LASTEXITCODE
        Complete-Build
        exit $status
    }
    'soak' {
        Build-Solution
        Publish-Layout
        $env:MESH_SOAK = '1'
        & dotnet test --solution $script:Solution -c Release --no-build --no-progress --ignore-exit-code 8 --filter-trait 'Kind=Soak' @Rest
        exit $LASTEXITCODE
    }
    'fuzz' {
        Invoke-Dotnet build tests/Mesh.Hostile.Tests -c Release -v quiet
        $env:MESH_FUZZ_MINUTES = if ($Rest.Count -gt 0) { $Rest[0] } else { '10' }
        & dotnet artifacts/bin/Mesh.Hostile.Tests/release/Mesh.Hostile.Tests.dll -trait Kind=Fuzz -parallel none -showLiveOutput @($Rest | Select-Object -Skip 1)
        exit $LASTEXITCODE
    }
    'starts' {
        $RequireAspire = $true
        Build-Solution
        Publish-Layout
        & artifacts/bin/Mesh.Hosting.Benchmarks/release/mesh-hosting-bench starts --services 3 --count 100 @Rest
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        & artifacts/bin/Mesh.Hosting.Benchmarks/release/mesh-hosting-bench starts --services 20 --replicas 2 --count 1
        exit $LASTEXITCODE
    }
    'bench' {
        Build-Solution
        Publish-Layout
        Invoke-Dotnet artifacts/bin/Mesh.Benchmarks/release/mesh-bench.dll side-by-side @Rest
        Complete-Build
    }
    'pack' { Build-Solution; Publish-Layout; Publish-Programs; Clear-Folder artifacts/package; Clear-Folder artifacts/obj/programs; Invoke-Dotnet pack $script:Solution -c Release --no-build -v quiet; Complete-Build }
    'clean' { Clear-Folder artifacts }
}
