using System.Collections.Concurrent;
using System.Globalization;
using Mesh.Cli.Processes;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Processes;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Start_OutputAndExitCode_AreKept()
    {
        Shell.Needed();
        var lines = new ConcurrentBag<string>();

        var child = Shell.Run("echo out; echo error >&2; exit 7", lines.Add);

        Assert.Equal(7, await child.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken));
        Assert.Equal(["error", "out"], lines.Order());
        Assert.Equal(["error", "out"], child.LastLines.Order());
    }

    [Fact]
    public async Task Start_Environment_IsGiven()
    {
        Shell.Needed();
        var start = Shell.Script("echo $GREETING") with { Environment = ChildStart.NoVariables.Add("GREETING", "hello") };
        var child = ChildProcess.Start(start, (_, _) => { }, TimeProvider.System);

        await child.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);

        Assert.Equal(["hello"], child.LastLines);
    }

    [Fact]
    public async Task Start_NoInput_ReadsItsEnd()
    {
        Shell.Needed();

        Assert.Equal(1, await Shell.Run("read line").Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Stop_Polite_EndsWithItsOwnCode()
    {
        Shell.Needed();
        var (child, _) = await Shell.RunUntilFirstLineAsync("trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");

        await child.StopAsync(Shell.Soon).WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);

        Assert.Equal(3, await child.Exited);
    }

    [Fact]
    public async Task Stop_Deaf_IsKilledAfterTheGrace()
    {
        Shell.Needed();
        var (child, _) = await Shell.RunUntilFirstLineAsync("trap '' TERM; echo ready; while :; do sleep 0.05; done");

        await child.StopAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);

        Assert.Equal(137, await child.Exited);
    }

    [Fact]
    public async Task Exit_GrandchildLeftBehind_IsEndedToo()
    {
        Shell.Needed();
        var (child, line) = await Shell.RunUntilFirstLineAsync("sleep 600 & echo $!");

        await child.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);

        var gone = int.Parse(line, CultureInfo.InvariantCulture);
        await Eventually.IsAsync(() => !Shell.IsAlive(gone));
    }

    [Fact]
    public void Start_MissingProgram_SaysWhich()
    {
        Assert.Equal("there is no 'no-such-program' on PATH; install it, or give its path", ProgramSearch.WhyNot("no-such-program", Path.GetTempPath()));
        Assert.Null(ProgramSearch.Find("no-such-program", Path.GetTempPath()));
    }

    [Fact]
    public void WhyNot_FileThatMayNotRun_SaysChmod()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no execute permission.");
        using var folder = new TemporaryFolder();
        var file = folder.File("run.sh", "#!/bin/sh\n");

        Assert.Null(ProgramSearch.Find("./run.sh", folder.Path));
        Assert.Equal($"{file} may not be executed; run: chmod +x {file}", ProgramSearch.WhyNot("./run.sh", folder.Path));
        Assert.Contains("Then write ./run.sh", ProgramSearch.WhyNot("run.sh", folder.Path), StringComparison.Ordinal);
    }
}
